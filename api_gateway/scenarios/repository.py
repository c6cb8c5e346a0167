"""SQL of the scenarios room."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from api_gateway.database import Session, set_clause
from api_gateway.scenarios.schemas import ScenarioSummary, Step, StepFields

_SUMMARY: LiteralString = """
    select s.id, s.key, s.name, s.description, s.duration_days, s.version, s.is_template, s.is_active, s.created_at,
           s.updated_at,
           (select count(*) from public.scenario_steps t
            where t.organization_id = s.organization_id and t.scenario_id = s.id
              and t.version = s.version) as step_count,
           array(select distinct t.channel from public.scenario_steps t
                 where t.organization_id = s.organization_id and t.scenario_id = s.id and t.version = s.version
                 order by 1) as channels,
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
    """The steps that count for people enrolled now, in their order."""
    return await session.rows(
        Step,
        """
        select t.id, t.position, t.delay_days, t.channel, t.kind, t.objective, t.prompt, t.target_length, t.cta,
               t.variants
        from public.scenario_steps t
        join public.scenarios s on s.organization_id = t.organization_id and s.id = t.scenario_id
        where t.organization_id = %(organization_id)s and t.scenario_id = %(scenario_id)s and t.version = s.version
        order by t.position
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
    """Add a step to the scenario's present version."""
    await session.execute(
        """
        insert into public.scenario_steps
            (organization_id, scenario_id, version, position, delay_days, channel, kind, objective, prompt,
             target_length, cta, variants, variants_since)
        select %(organization_id)s, s.id, s.version, %(position)s, %(delay_days)s, %(channel)s, %(kind)s,
               %(objective)s, %(prompt)s, %(target_length)s, %(cta)s, %(variants)s,
               case when %(variants)s <> '[]'::jsonb then clock_timestamp() end
        from public.scenarios s where s.organization_id = %(organization_id)s and s.id = %(scenario_id)s
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
        position=position,
        **_columns(step),
    )


async def update_step(
    session: Session, organization_id: UUID, scenario_id: UUID, step_id: UUID, position: int, step: StepFields
) -> int:
    return await session.execute(
        """
        update public.scenario_steps set
            position = %(position)s, delay_days = %(delay_days)s, channel = %(channel)s, kind = %(kind)s,
            objective = %(objective)s, prompt = %(prompt)s, target_length = %(target_length)s, cta = %(cta)s,
            variants = %(variants)s,
            variants_since = case when variants = %(variants)s then variants_since
                                  when %(variants)s <> '[]'::jsonb then clock_timestamp() end
        where id = %(step_id)s and scenario_id = %(scenario_id)s and organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
        step_id=step_id,
        position=position,
        **_columns(step),
    )


def _columns(step: StepFields) -> dict[str, Any]:
    columns = step.model_dump(exclude={"id", "position"})
    return {**columns, "variants": Jsonb(columns["variants"])}


async def next_version(session: Session, organization_id: UUID, scenario_id: UUID) -> int:
    """Begin the next version, without steps yet; 0 when the caller may not."""
    begun: int | None = await session.value(
        """
        update public.scenarios set version = version + 1
        where id = %(scenario_id)s and organization_id = %(organization_id)s returning version
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
    )
    return begun or 0


async def lock(session: Session, organization_id: UUID, scenario_id: UUID) -> bool:
    """Let one edit of a scenario at a time happen. False when it is not there, or not the caller's to edit."""
    return bool(
        await session.values(
            """
            select id from public.scenarios where id = %(scenario_id)s and organization_id = %(organization_id)s
            for update
            """,
            organization_id=organization_id,
            scenario_id=scenario_id,
        )
    )


async def delete_steps_except(session: Session, organization_id: UUID, scenario_id: UUID, kept: list[UUID]) -> None:
    await session.execute(
        """
        delete from public.scenario_steps t using public.scenarios s
        where t.organization_id = %(organization_id)s and t.scenario_id = %(scenario_id)s
          and s.organization_id = t.organization_id and s.id = t.scenario_id and t.version = s.version
          and not (t.id = any(%(kept)s))
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
            select sum(t.delay_days) from public.scenario_steps t
            where t.organization_id = %(organization_id)s and t.scenario_id = %(scenario_id)s
              and t.version = scenarios.version), 0))
        where id = %(scenario_id)s and organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
    )
