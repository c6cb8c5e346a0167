"""SQL of the prospects room: lists and single people."""

from dataclasses import asdict, dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from api_gateway.database import Session, set_clause
from api_gateway.fields import EnrollmentStatus
from api_gateway.pagination import COUNT_CAP
from api_gateway.prospects.schemas import Tag

MOST_HITS = 10_000


@dataclass(frozen=True)
class ProspectFilter:
    """What a list of prospects is narrowed by; None narrows nothing."""

    q: str | None
    campaign_id: UUID | None
    status: list[EnrollmentStatus] | None
    min_score: int | None
    tag: str | None
    source: str | None


# The page is cut first, so that what hangs on each person is looked up for the people on it only.
_PAGE: LiteralString = """
    with page as materialized (
        select p.* from public.prospects p where p.organization_id = %(organization_id)s
"""
_SUMMARY: LiteralString = """
    )
    select p.id, p.first_name, p.last_name, p.title, p.email, p.email_status, p.phone, p.linkedin_url, p.country,
           p.city, p.score, p.created_at, e.status, e.campaign_id, c.name as campaign_name,
           case when o.id is not null then
               jsonb_build_object('id', o.id, 'name', o.name, 'domain', o.domain) end as company,
           (select s.source from public.prospect_sources s
            where s.organization_id = p.organization_id and s.prospect_id = p.id
            order by s.found_at desc limit 1) as source,
           array(select t.name from public.prospect_tags pt
                 join public.tags t on t.organization_id = pt.organization_id and t.id = pt.tag_id
                 where pt.organization_id = p.organization_id and pt.prospect_id = p.id order by t.name) as tags
    from page p
    left join public.companies o on o.organization_id = p.organization_id and o.id = p.company_id
    left join lateral (
        select e.status, e.campaign_id from public.enrollments e
        where e.organization_id = p.organization_id and e.prospect_id = p.id
          and (%(campaign_id)s::uuid is null or e.campaign_id = %(campaign_id)s)
        order by e.created_at desc limit 1
    ) e on true
    left join public.campaigns c on c.organization_id = p.organization_id and c.id = e.campaign_id
"""

# One condition per filter, put together only from those that were asked for, so that each list gets its own plan.
_CONDITIONS: dict[str, LiteralString] = {
    "q": "p.id in (select private.search_prospect_ids(%(organization_id)s, %(q)s, %(most)s))",
    "enrolled": """p.id in (select m.prospect_id from public.enrollments m
        where m.organization_id = %(organization_id)s
          and (%(campaign_id)s::uuid is null or m.campaign_id = %(campaign_id)s)
          and (%(status)s::text[] is null or m.status = any(%(status)s)))""",
    "min_score": "p.score >= %(min_score)s",
    "tag": """p.id in (select m.prospect_id from public.prospect_tags m join public.tags t
        on t.organization_id = m.organization_id and t.id = m.tag_id
        where m.organization_id = %(organization_id)s and t.name = %(tag)s)""",
    "source": """exists (select from public.prospect_sources m where m.organization_id = p.organization_id
        and m.prospect_id = p.id and m.source = %(source)s)""",
}
_AFTER: dict[str, LiteralString] = {
    "created_at": "(p.created_at, p.id) < (%(after_key)s, %(after_id)s)",
    # Those without a score come last; among them the id alone decides.
    "score": """(p.score < %(after_key)s or (p.score = %(after_key)s and p.id < %(after_id)s) or p.score is null)""",
    "unscored": "p.score is null and p.id < %(after_id)s",
}
_ORDER: dict[str, LiteralString] = {
    "created_at": " order by p.created_at desc, p.id desc",
    "score": " order by p.score desc nulls last, p.id desc",
}


def _where(wanted: ProspectFilter) -> Composed:
    asked = {name for name, value in asdict(wanted).items() if value is not None}
    if asked & {"campaign_id", "status"}:
        asked.add("enrolled")
    return Composed([SQL(" and ") + SQL(text) for name, text in _CONDITIONS.items() if name in asked])


async def find(
    session: Session,
    organization_id: UUID,
    wanted: ProspectFilter,
    *,
    sort: str,
    after: tuple[Any, UUID | None],
    limit: int,
) -> list[dict[str, Any]]:
    query = SQL(_PAGE) + _where(wanted)
    after_key, after_id = after
    if after_id is not None:
        kind = "unscored" if sort == "score" and after_key is None else sort
        query += SQL(" and ") + SQL(_AFTER[kind])
    return await session.dicts(
        query + SQL(_ORDER[sort]) + SQL(" limit %(limit)s") + SQL(_SUMMARY) + SQL(_ORDER[sort]),
        organization_id=organization_id,
        most=MOST_HITS,
        after_key=after_key,
        after_id=after_id,
        limit=limit,
        **asdict(wanted),
    )


async def count(session: Session, organization_id: UUID, wanted: ProspectFilter) -> int:
    query = SQL(
        "select count(*) from (select from public.prospects p where p.organization_id = %(organization_id)s {} "
        "limit %(cap)s) counted"
    ).format(_where(wanted))
    total: int = await session.value(
        query, organization_id=organization_id, most=MOST_HITS, cap=COUNT_CAP + 1, **asdict(wanted)
    )
    return total


async def get(session: Session, organization_id: UUID, prospect_id: UUID) -> dict[str, Any] | None:
    rows = await session.dicts(
        SQL(_PAGE) + SQL(" and p.id = %(id)s") + SQL(_SUMMARY),
        organization_id=organization_id,
        campaign_id=None,
        id=prospect_id,
    )
    return rows[0] if rows else None


async def get_row(session: Session, organization_id: UUID, prospect_id: UUID) -> dict[str, Any]:
    rows = await session.dicts(
        """
        select headline, about, time_zone, language, job_started_on, recent_posts, recent_activity, signals,
               custom_fields, lawful_basis, last_inbound_at, updated_at, company_id, email_norm, phone_e164,
               linkedin_norm
        from public.prospects where organization_id = %(organization_id)s and id = %(id)s
        """,
        organization_id=organization_id,
        id=prospect_id,
    )
    return rows[0]


async def find_same(
    session: Session, organization_id: UUID, *, email_norm: str | None, linkedin_norm: str | None
) -> UUID | None:
    """Someone already known by this address or profile."""
    found: UUID | None = await session.value(
        """
        select id from public.prospects
        where organization_id = %(organization_id)s
          and (email_norm = %(email_norm)s or linkedin_norm = %(linkedin_norm)s)
        order by created_at limit 1
        """,
        organization_id=organization_id,
        email_norm=email_norm,
        linkedin_norm=linkedin_norm,
    )
    return found


async def create(session: Session, organization_id: UUID, values: dict[str, Any]) -> UUID:
    query = SQL(
        "insert into public.prospects (organization_id, {}) values (%(organization_id)s, {}) returning id"
    ).format(SQL(", ").join(map(Identifier, values)), SQL(", ").join(map(Placeholder, values)))
    created: UUID = await session.value(query, organization_id=organization_id, **values)
    return created


async def update(session: Session, organization_id: UUID, prospect_id: UUID, changes: dict[str, Any]) -> int:
    query = SQL("update public.prospects set {} where id = %(id)s and organization_id = %(organization_id)s").format(
        set_clause(changes)
    )
    return await session.execute(query, organization_id=organization_id, id=prospect_id, **changes)


async def delete(session: Session, organization_id: UUID, ids: list[UUID]) -> list[UUID]:
    return await session.values(
        """
        delete from public.prospects where organization_id = %(organization_id)s and id = any(%(ids)s)
        returning id
        """,
        organization_id=organization_id,
        ids=ids,
    )


async def known(session: Session, organization_id: UUID, ids: list[UUID]) -> list[UUID]:
    return await session.values(
        "select id from public.prospects where organization_id = %(organization_id)s and id = any(%(ids)s)",
        organization_id=organization_id,
        ids=ids,
    )


async def add_source(
    session: Session, organization_id: UUID, prospect_id: UUID, campaign_id: UUID | None, lawful_basis: str
) -> None:
    await session.execute(
        """
        insert into public.prospect_sources (organization_id, prospect_id, source, campaign_id, lawful_basis)
        values (%(organization_id)s, %(prospect_id)s, 'manual', %(campaign_id)s, %(lawful_basis)s)
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
        campaign_id=campaign_id,
        lawful_basis=lawful_basis,
    )


async def company_of(session: Session, organization_id: UUID, *, name: str, domain: str | None) -> UUID:
    """The company with this domain, or name when no domain is given, made when it is not there."""
    created: UUID = await session.value(
        """
        with made as (
            insert into public.companies (organization_id, name, name_norm, domain, domain_norm)
            values (%(organization_id)s, %(name)s, lower(trim(%(name)s)), %(domain)s, lower(%(domain)s))
            on conflict do nothing
            returning id
        )
        select id from made
        union all
        select id from public.companies
        where organization_id = %(organization_id)s
          and case when %(domain)s::text is null then domain_norm is null and name_norm = lower(trim(%(name)s))
                   else domain_norm = lower(%(domain)s) end
        limit 1
        """,
        organization_id=organization_id,
        name=name,
        domain=domain,
    )
    return created


async def enroll(session: Session, organization_id: UUID, campaign_id: UUID, ids: list[UUID]) -> list[UUID]:
    """Enrol people who are not enrolled yet, and answer all of them that are now."""
    await session.execute(
        """
        insert into public.enrollments (organization_id, campaign_id, prospect_id, scenario_id)
        select c.organization_id, c.id, p.id, c.scenario_id
        from public.campaigns c
        join public.prospects p on p.organization_id = c.organization_id and p.id = any(%(ids)s)
        where c.organization_id = %(organization_id)s and c.id = %(campaign_id)s
        on conflict (organization_id, campaign_id, prospect_id) do nothing
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        ids=ids,
    )
    return await session.values(
        """
        select prospect_id from public.enrollments
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s and prospect_id = any(%(ids)s)
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        ids=ids,
    )


async def ways_to(session: Session, organization_id: UUID, ids: list[UUID]) -> list[dict[str, Any]]:
    """Address, number and profile of people, normalised."""
    return await session.dicts(
        """
        select id, email_norm, phone_e164, linkedin_norm from public.prospects
        where organization_id = %(organization_id)s and id = any(%(ids)s)
        """,
        organization_id=organization_id,
        ids=ids,
    )


async def tag(session: Session, organization_id: UUID, name: str, ids: list[UUID]) -> list[UUID]:
    """Put a tag on people, making it when it is new; answers whom the organization knows."""
    tag_id = await session.value(
        """
        with made as (
            insert into public.tags (organization_id, name) values (%(organization_id)s, %(name)s)
            on conflict (organization_id, name) do nothing returning id
        )
        select id from made union all
        select id from public.tags where organization_id = %(organization_id)s and name = %(name)s limit 1
        """,
        organization_id=organization_id,
        name=name,
    )
    await session.execute(
        """
        insert into public.prospect_tags (organization_id, prospect_id, tag_id)
        select organization_id, id, %(tag_id)s from public.prospects
        where organization_id = %(organization_id)s and id = any(%(ids)s)
        on conflict do nothing
        """,
        organization_id=organization_id,
        tag_id=tag_id,
        ids=ids,
    )
    return await known(session, organization_id, ids)


async def untag(session: Session, organization_id: UUID, name: str, ids: list[UUID]) -> list[UUID]:
    """Take a tag off people; answers whom the organization knows."""
    await session.execute(
        """
        delete from public.prospect_tags pt using public.tags t
        where pt.organization_id = %(organization_id)s and t.organization_id = pt.organization_id and t.id = pt.tag_id
          and t.name = %(name)s and pt.prospect_id = any(%(ids)s)
        """,
        organization_id=organization_id,
        name=name,
        ids=ids,
    )
    return await known(session, organization_id, ids)


async def clear_tags(session: Session, organization_id: UUID, prospect_id: UUID) -> None:
    await session.execute(
        "delete from public.prospect_tags where organization_id = %(organization_id)s and prospect_id = %(id)s",
        organization_id=organization_id,
        id=prospect_id,
    )


async def tags(session: Session, organization_id: UUID) -> list[Tag]:
    return await session.rows(
        Tag,
        """
        select t.id, t.name, (select count(*) from public.prospect_tags pt where pt.organization_id = t.organization_id
                              and pt.tag_id = t.id) as prospect_count
        from public.tags t where t.organization_id = %(organization_id)s order by t.name limit 1000
        """,
        organization_id=organization_id,
    )


async def delete_tag(session: Session, organization_id: UUID, tag_id: UUID) -> int:
    return await session.execute(
        "delete from public.tags where organization_id = %(organization_id)s and id = %(id)s",
        organization_id=organization_id,
        id=tag_id,
    )
