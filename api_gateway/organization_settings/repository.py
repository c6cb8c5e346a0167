"""SQL of the settings room."""

from typing import Any
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from api_gateway.database import Session, set_clause
from api_gateway.organization_settings.schemas import AgentSettings, Icp, IcpFields, SendingSettings


async def default_icp(session: Session, organization_id: UUID) -> Icp | None:
    return await session.row(
        Icp,
        """
        select id, name, industries, job_titles, company_sizes, locations, technologies, pains, updated_at
        from public.icps where organization_id = %(organization_id)s and is_default
        """,
        organization_id=organization_id,
    )


async def save_default_icp(session: Session, organization_id: UUID, icp: IcpFields) -> None:
    await session.execute(
        """
        insert into public.icps
            (organization_id, name, industries, job_titles, company_sizes, locations, technologies, pains, is_default)
        values (%(organization_id)s, %(name)s, %(industries)s, %(job_titles)s, %(company_sizes)s, %(locations)s,
                %(technologies)s, %(pains)s, true)
        on conflict (organization_id) where is_default do update set
            name = excluded.name, industries = excluded.industries, job_titles = excluded.job_titles,
            company_sizes = excluded.company_sizes, locations = excluded.locations,
            technologies = excluded.technologies, pains = excluded.pains
        """,
        organization_id=organization_id,
        **icp.model_dump(),
    )


async def create_icp(session: Session, organization_id: UUID, icp: IcpFields) -> UUID:
    created: UUID = await session.value(
        """
        insert into public.icps
            (organization_id, name, industries, job_titles, company_sizes, locations, technologies, pains)
        values (%(organization_id)s, %(name)s, %(industries)s, %(job_titles)s, %(company_sizes)s, %(locations)s,
                %(technologies)s, %(pains)s)
        returning id
        """,
        organization_id=organization_id,
        **icp.model_dump(),
    )
    return created


async def sending(session: Session, organization_id: UUID) -> SendingSettings | None:
    return await session.row(
        SendingSettings,
        "select * from public.sending_settings where organization_id = %(organization_id)s",
        organization_id=organization_id,
    )


async def agent(session: Session, organization_id: UUID) -> AgentSettings | None:
    return await session.row(
        AgentSettings,
        "select * from public.agent_settings where organization_id = %(organization_id)s",
        organization_id=organization_id,
    )


async def update_sending(session: Session, organization_id: UUID, values: dict[str, Any]) -> int:
    query = SQL("update public.sending_settings set {} where organization_id = %(organization_id)s").format(
        set_clause(values)
    )
    return await session.execute(query, organization_id=organization_id, **values)


async def update_agent(session: Session, organization_id: UUID, values: dict[str, Any]) -> int:
    values = {**values, "templates": Jsonb(values["templates"])}
    query = SQL("update public.agent_settings set {} where organization_id = %(organization_id)s").format(
        set_clause(values)
    )
    return await session.execute(query, organization_id=organization_id, **values)
