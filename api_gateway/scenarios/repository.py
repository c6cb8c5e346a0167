"""SQL of the scenarios room."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from api_gateway.database import Session, set_clause
from api_gateway.scenarios.schemas import ScenarioSummary, Step, StepFields

_SUMMARY: LiteralString = """
    select s.id, s.key, s.name, s.description, s.duration_days, s.is_template, s.is_active, s.created_at, s.updated_at,
           (select count(*) from public.scenario_steps t
            where t.organization_id = s.organization_id and t.scenario_id = s.id) as step_count,
           array(select distinct t.channel from public.scenario_steps t
                 where t.organization_id = s.organization_id and t.scenario_id = s.id order by 1) as channels,
           (select count(*) from public.campaigns c
            where c.organization_id = s.organization_id and c.scenario_id = s.id) as campaign_count
    from public.scenarios s
    where s.organization_id = %(organization_id)s
"""


async def list_all(session: Session, organization_id: UUID) -> list[ScenarioSummary]:
    query = SQL(_SUMMARY) + SQL(" order by s.is_template desc, s.created_at, s.id limit 500")
    return await session.rows(ScenarioSummary, query, organization_id=organization_id)


async def get(session: Session, organization_id: UUID, scenario_id: UUID) -> ScenarioSummary | None:
    query = SQL(_SUMMARY) + SQL(" and s.id = %(scenario_id)s")
    return await session.row(ScenarioSummary, query, organization_id=organization_id, scenario_id=scenario_id)


async def steps(session: Session, organization_id: UUID, scenario_id: UUID) -> list[Step]:
    return await session.rows(
        Step,
        """
        select id, position, delay_days, channel, kind, objective, prompt, target_length, cta
        from public.scenario_steps
        where organization_id = %(organization_id)s and scenario_id = %(scenario_id)s
        order by position
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
    )


async def create(session: Session, organization_id: UUID, *, name: str, description: str) -> UUID:
    created: UUID = await session.value(
        """
        insert into public.scenarios (organization_id, name, description)
        values (%(organization_id)s, %(name)s, %(description)s) returning id
        """,
        organization_id=organization_id,
        name=name,
        description=description,
    )
    return created


async def update(session: Session, organization_id: UUID, scenario_id: UUID, changes: dict[str, Any]) -> int:
    query = SQL(
        "update public.scenarios set {} where id = %(scenario_id)s and organization_id = %(organization_id)s"
    ).format(set_clause(changes))
    return await session.execute(query, organization_id=organization_id, scenario_id=scenario_id, **changes)


async def delete(session: Session, organization_id: UUID, scenario_id: UUID) -> int:
    return await session.execute(
        "delete from public.scenarios where id = %(scenario_id)s and organization_id = %(organization_id)s",
        organization_id=organization_id,
        scenario_id=scenario_id,
    )


async def insert_step(
    session: Session, organization_id: UUID, scenario_id: UUID, position: int, step: StepFields
) -> None:
    await session.execute(
        """
        insert into public.scenario_steps
            (organization_id, scenario_id, position, delay_days, channel, kind, objective, prompt, target_length, cta)
        values (%(organization_id)s, %(scenario_id)s, %(position)s, %(delay_days)s, %(channel)s, %(kind)s,
                %(objective)s, %(prompt)s, %(target_length)s, %(cta)s)
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
        position=position,
        **step.model_dump(exclude={"id"}),
    )


async def update_step(
    session: Session, organization_id: UUID, scenario_id: UUID, step_id: UUID, position: int, step: StepFields
) -> int:
    return await session.execute(
        """
        update public.scenario_steps set
            position = %(position)s, delay_days = %(delay_days)s, channel = %(channel)s, kind = %(kind)s,
            objective = %(objective)s, prompt = %(prompt)s, target_length = %(target_length)s, cta = %(cta)s
        where id = %(step_id)s and scenario_id = %(scenario_id)s and organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
        step_id=step_id,
        position=position,
        **step.model_dump(exclude={"id"}),
    )


async def delete_steps_except(session: Session, organization_id: UUID, scenario_id: UUID, kept: list[UUID]) -> None:
    await session.execute(
        """
        delete from public.scenario_steps
        where organization_id = %(organization_id)s and scenario_id = %(scenario_id)s and not (id = any(%(kept)s))
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
        kept=kept,
    )


async def defer_position_check(session: Session) -> None:
    """Steps swap places within one transaction; their order is checked when it is committed."""
    await session.execute("set constraints all deferred")


async def settle_duration(session: Session, organization_id: UUID, scenario_id: UUID) -> None:
    """The duration of a scenario is the sum of its delays."""
    await session.execute(
        """
        update public.scenarios set duration_days = least(365, coalesce((
            select sum(delay_days) from public.scenario_steps
            where organization_id = %(organization_id)s and scenario_id = %(scenario_id)s), 0))
        where id = %(scenario_id)s and organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
    )
