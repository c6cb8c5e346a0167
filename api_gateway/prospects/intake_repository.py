"""SQL of the prospects room: taking many people in at once, by COPY and set-based statements.

One batch after the other goes through a temporary table. Who is known already, by address first and by profile second,
is completed where something was blank and never overwritten.
"""

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.prospects.people import Person


class BatchOutcome(BaseModel):
    """How the people of one batch fared."""

    created: int
    merged: int


COLUMNS = (
    "line", "first_name", "last_name", "email", "email_norm", "phone", "phone_e164", "linkedin_url", "linkedin_norm",
    "title", "headline", "about", "country", "city", "language", "company_name", "company_domain",
    "company_linkedin_url", "industry", "size", "size_range", "technologies",
)  # fmt: skip

_CREATE: LiteralString = """
    create temporary table if not exists incoming (
        id uuid not null default gen_random_uuid(), line int not null, first_name text not null,
        last_name text not null, email text, email_norm text, phone text, phone_e164 text, linkedin_url text,
        linkedin_norm text, title text, headline text, about text, country text, city text, language text,
        company_name text, company_domain text, company_linkedin_url text, industry text, size int, size_range text,
        technologies text[] not null, company_id uuid, prospect_id uuid, is_new boolean not null default false
    ) on commit drop
"""

_COMPANIES_BY_DOMAIN: LiteralString = """
    insert into public.companies as c
        (organization_id, name, name_norm, domain, domain_norm, industry, size, size_range, linkedin_url, technologies)
    select distinct on (company_domain) %(organization_id)s, coalesce(company_name, company_domain),
           lower(coalesce(company_name, company_domain)), company_domain, company_domain, industry, size, size_range,
           company_linkedin_url, technologies
    from incoming where company_domain is not null
    order by company_domain, company_name nulls last, line
    on conflict (organization_id, domain_norm) where domain_norm is not null do update set
        industry = coalesce(c.industry, excluded.industry), size = coalesce(c.size, excluded.size),
        size_range = coalesce(c.size_range, excluded.size_range),
        linkedin_url = coalesce(c.linkedin_url, excluded.linkedin_url)
    where (c.industry is null and excluded.industry is not null) or (c.size is null and excluded.size is not null)
       or (c.linkedin_url is null and excluded.linkedin_url is not null)
"""

_COMPANIES_BY_NAME: LiteralString = """
    insert into public.companies
        (organization_id, name, name_norm, industry, size, size_range, linkedin_url, technologies)
    select distinct on (lower(company_name)) %(organization_id)s, company_name, lower(company_name), industry, size,
           size_range, company_linkedin_url, technologies
    from incoming where company_domain is null and company_name is not null
    order by lower(company_name), line
    on conflict (organization_id, name_norm) where domain_norm is null do nothing
"""

_FIND_COMPANIES_BY_DOMAIN: LiteralString = """
    update incoming i set company_id = c.id
    from public.companies c
    where c.organization_id = %(organization_id)s and c.domain_norm = i.company_domain
"""
_FIND_COMPANIES_BY_NAME: LiteralString = """
    update incoming i set company_id = c.id
    from public.companies c
    where c.organization_id = %(organization_id)s and c.domain_norm is null and c.name_norm = lower(i.company_name)
      and i.company_domain is null
"""

_FIND_BY_EMAIL: LiteralString = """
    update incoming i set prospect_id = p.id
    from public.prospects p
    where p.organization_id = %(organization_id)s and p.email_norm = i.email_norm
      and i.prospect_id is null
"""
_FIND_BY_PROFILE: LiteralString = """
    update incoming i set prospect_id = p.id
    from public.prospects p
    where p.organization_id = %(organization_id)s and p.linkedin_norm = i.linkedin_norm
      and i.prospect_id is null
"""

_COMPLETE: LiteralString = """
    update public.prospects p set
        first_name = case when p.first_name = '' then i.first_name else p.first_name end,
        last_name = case when p.last_name = '' then i.last_name else p.last_name end,
        email = case when i.email_is_free then coalesce(p.email, i.email) else p.email end,
        email_norm = case when i.email_is_free then coalesce(p.email_norm, i.email_norm) else p.email_norm end,
        linkedin_url = case when i.profile_is_free then coalesce(p.linkedin_url, i.linkedin_url)
                       else p.linkedin_url end,
        linkedin_norm = case when i.profile_is_free then coalesce(p.linkedin_norm, i.linkedin_norm)
                        else p.linkedin_norm end,
        phone = coalesce(p.phone, i.phone), phone_e164 = coalesce(p.phone_e164, i.phone_e164),
        title = coalesce(p.title, i.title), headline = coalesce(p.headline, i.headline),
        about = coalesce(p.about, i.about), country = coalesce(p.country, i.country), city = coalesce(p.city, i.city),
        language = coalesce(p.language, i.language), company_id = coalesce(p.company_id, i.company_id)
    from (
        select distinct on (prospect_id) n.*,
               not exists (select from public.prospects o where o.organization_id = %(organization_id)s
                           and o.email_norm = n.email_norm) as email_is_free,
               not exists (select from public.prospects o where o.organization_id = %(organization_id)s
                           and o.linkedin_norm = n.linkedin_norm) as profile_is_free
        from incoming n where prospect_id is not null and not is_new order by prospect_id, line
    ) i
    where p.organization_id = %(organization_id)s and p.id = i.prospect_id
      and ((p.first_name = '' and i.first_name <> '') or (p.last_name = '' and i.last_name <> '')
           or (p.email is null and i.email is not null) or (p.linkedin_norm is null and i.linkedin_norm is not null)
           or (p.phone is null and i.phone is not null) or (p.title is null and i.title is not null)
           or (p.headline is null and i.headline is not null) or (p.about is null and i.about is not null)
           or (p.country is null and i.country is not null) or (p.city is null and i.city is not null)
           or (p.language is null and i.language is not null) or (p.company_id is null and i.company_id is not null))
"""

_CREATE_PEOPLE: LiteralString = """
    with made as (
        insert into public.prospects
            (id, organization_id, company_id, first_name, last_name, email, email_norm, phone, phone_e164, linkedin_url,
             linkedin_norm, title, headline, about, country, city, language, lawful_basis)
        select id, %(organization_id)s, company_id, first_name, last_name, email, email_norm, phone, phone_e164,
               linkedin_url, linkedin_norm, title, headline, about, country, city, language, %(lawful_basis)s
        from incoming where prospect_id is null order by line
        on conflict do nothing
        returning id
    )
    update incoming i set prospect_id = made.id, is_new = true from made where made.id = i.id
"""

_SOURCES: LiteralString = """
    insert into public.prospect_sources
        (organization_id, prospect_id, source, campaign_id, import_id, workflow_run_id, container_id, line_number,
         lawful_basis)
    select distinct on (i.prospect_id) %(organization_id)s, i.prospect_id, %(source)s, %(campaign_id)s::uuid,
           %(import_id)s::uuid, %(workflow_run_id)s::uuid, %(container_id)s, i.line, %(lawful_basis)s
    from incoming i
    where i.prospect_id is not null
      and not exists (
          select from public.prospect_sources s
          where s.organization_id = %(organization_id)s and s.prospect_id = i.prospect_id
            and s.import_id is not distinct from %(import_id)s::uuid
            and s.workflow_run_id is not distinct from %(workflow_run_id)s::uuid
            and s.container_id is not distinct from %(container_id)s)
    order by i.prospect_id, i.line
"""

_ENROLL: LiteralString = """
    insert into public.enrollments (organization_id, campaign_id, prospect_id, scenario_id)
    select c.organization_id, c.id, i.prospect_id, c.scenario_id
    from public.campaigns c
    join (select distinct on (prospect_id) prospect_id, line from incoming where prospect_id is not null) i on true
    where c.organization_id = %(organization_id)s and c.id = %(campaign_id)s
    order by i.line
    limit %(room)s
    on conflict (organization_id, campaign_id, prospect_id) do nothing
"""


async def prepare(session: Session) -> None:
    """Make the temporary table of this transaction."""
    await session.execute(_CREATE)


async def hashed_suppressions(session: Session, organization_id: UUID) -> set[str]:
    """What is left of erased people, to be compared with what their addresses would leave."""
    return set(
        await session.values(
            "select value_norm from public.suppressions where organization_id = %(id)s and is_hashed",
            id=organization_id,
        )
    )


async def room_in_campaign(session: Session, organization_id: UUID, campaign_id: UUID) -> int | None:
    """How many more people the campaign may hold; None when it has no limit or is not the organization's."""
    room: int | None = await session.value(
        """
        select case when c.max_prospects is not null then
                   greatest(0, c.max_prospects - (select count(*) from public.enrollments e
                            where e.organization_id = c.organization_id and e.campaign_id = c.id)) end
        from public.campaigns c where c.organization_id = %(organization_id)s and c.id = %(id)s
        """,
        organization_id=organization_id,
        id=campaign_id,
    )
    return room


async def take_batch(
    session: Session,
    organization_id: UUID,
    people: Iterable[Person],
    *,
    source: str,
    campaign_id: UUID | None,
    import_id: UUID | None,
    workflow_run_id: UUID | None,
    container_id: str | None,
    lawful_basis: str,
    room: int | None,
) -> BatchOutcome:
    """Take one batch in. No two of `people` may share an address or a profile."""
    await session.execute("truncate incoming")
    async with session.cursor() as cursor, cursor.copy(_COPY) as copy:
        for person in people:
            await copy.write_row([getattr(person, name) for name in COLUMNS])
    await session.execute("analyze incoming")
    for statement in (
        _COMPANIES_BY_DOMAIN, _COMPANIES_BY_NAME, _FIND_COMPANIES_BY_DOMAIN,
        _FIND_COMPANIES_BY_NAME, _FIND_BY_EMAIL, _FIND_BY_PROFILE,
        _COMPLETE, _CREATE_PEOPLE, _FIND_BY_EMAIL, _FIND_BY_PROFILE,
    ):  # fmt: skip
        await session.execute(statement, organization_id=organization_id, lawful_basis=lawful_basis)
    await session.execute(
        _SOURCES,
        organization_id=organization_id,
        source=source,
        campaign_id=campaign_id,
        import_id=import_id,
        workflow_run_id=workflow_run_id,
        container_id=container_id,
        lawful_basis=lawful_basis,
    )
    if campaign_id is not None:
        await session.execute(_ENROLL, organization_id=organization_id, campaign_id=campaign_id, room=room)
    outcome = await session.row(
        BatchOutcome,
        """
        select count(*) filter (where is_new) as created,
               count(*) filter (where prospect_id is not null and not is_new) as merged
        from incoming
        """,
    )
    assert outcome is not None  # noqa: S101 - an aggregate always answers one row
    return outcome


_COPY: LiteralString = """
    copy incoming (line, first_name, last_name, email, email_norm, phone, phone_e164, linkedin_url, linkedin_norm,
                   title, headline, about, country, city, language, company_name, company_domain, company_linkedin_url,
                   industry, size, size_range, technologies) from stdin
"""
