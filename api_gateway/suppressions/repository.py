"""SQL of the suppressions room."""

from collections.abc import Sequence
from typing import LiteralString, get_args
from uuid import UUID

from api_gateway.database import Session
from api_gateway.pagination import COUNT_CAP, PageRequest
from api_gateway.suppressions.keys import HASH_PREFIX, Key, Kind
from api_gateway.suppressions.schemas import Suppression, SuppressionReason

MOST_LOCKS = 500
_COLUMNS: LiteralString = "id, kind, value_norm as value, is_hashed, reason, source, note, created_at"
_WANTED: LiteralString = """
    from public.suppressions
    where organization_id = %(organization_id)s
      and (%(kind)s::text is null or kind = %(kind)s)
      and (%(q)s::text is null or starts_with(value_norm, %(q)s))
"""
_COUNT: LiteralString = "select count(*) from (select 1 "


async def page(
    session: Session, organization_id: UUID, request: PageRequest, *, kind: str | None, q: str | None
) -> tuple[list[Suppression], int]:
    """One page, newest first, with one row more than asked for, and the number of all (counted up to the cap)."""
    after_at, after_id = request.after_time()
    rows = await session.rows(
        Suppression,
        "select "
        + _COLUMNS
        + _WANTED
        + """
          and (%(after_at)s::timestamptz is null or (created_at, id) < (%(after_at)s, %(after_id)s))
        order by created_at desc, id desc
        limit %(limit)s
        """,
        organization_id=organization_id,
        kind=kind,
        q=q,
        after_at=after_at,
        after_id=after_id,
        limit=request.limit + 1,
    )
    total = await session.value(
        _COUNT + _WANTED + " limit %(cap)s) counted",
        organization_id=organization_id,
        kind=kind,
        q=q,
        cap=COUNT_CAP + 1,
    )
    return rows, total


async def every(session: Session, organization_id: UUID) -> list[Suppression]:
    """The whole list, oldest first."""
    return await session.rows(
        Suppression,
        "select " + _COLUMNS + _WANTED + " order by created_at, id",
        organization_id=organization_id,
        kind=None,
        q=None,
    )


async def find(session: Session, organization_id: UUID, key: Key) -> Suppression | None:
    """The row of a key."""
    return await session.row(
        Suppression,
        "select " + _COLUMNS + _WANTED + " and value_norm = %(value)s",
        organization_id=organization_id,
        kind=key.kind,
        q=None,
        value=key.value,
    )


async def lock(session: Session, organization_id: UUID, keys: Sequence[Key]) -> None:
    """Hold `keys` alone until the end of the transaction: nobody's send passes a stop that is being written."""
    names = _names(organization_id, keys)
    # A server has room for some thousand locks, and no send knows its person by a hash: a long list and what an erasure
    # left hold up the whole organization instead.
    if len(names) > MOST_LOCKS or any(key.value.startswith(HASH_PREFIX) for key in keys):
        names = [_every_name(organization_id)]
    await session.execute(
        "select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(%(keys)s::text[]) as key",
        keys=names,
    )


async def lock_for_send(session: Session, organization_id: UUID, keys: Sequence[Key]) -> None:
    """Hold `keys` together with other sends, but with no stop, until the end of the transaction."""
    await session.execute(
        "select pg_advisory_xact_lock_shared(hashtextextended(key, 0)) from unnest(%(keys)s::text[]) as key",
        keys=[_every_name(organization_id), *_names(organization_id, keys)],
    )


def _every_name(organization_id: UUID) -> str:
    return f"suppression:{organization_id}"


def _names(organization_id: UUID, keys: Sequence[Key]) -> list[str]:
    # Always in the same order, so that two holders never wait for each other.
    return [f"suppression:{organization_id}:{key.kind}:{key.value}" for key in sorted(set(keys))]


async def reasons(session: Session, organization_id: UUID, keys: Sequence[Key]) -> dict[Key, str]:
    """Why each of `keys` is suppressed, for those that are."""
    rows = await session.dicts(
        """
        select s.kind, s.value_norm, s.reason
        from public.suppressions s
        join unnest(%(kinds)s::text[], %(values)s::text[]) as wanted (kind, value)
          on wanted.kind = s.kind and wanted.value = s.value_norm
        where s.organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
        kinds=[key.kind for key in keys],
        values=[key.value for key in keys],
    )
    return {Key(row["kind"], row["value_norm"]): row["reason"] for row in rows}


async def insert(
    session: Session,
    organization_id: UUID,
    keys: Sequence[Key],
    *,
    reason: SuppressionReason,
    source: str,
    note: str | None,
) -> list[UUID]:
    """Add `keys`; those that are there already stay as they are. Answers the ids of the new rows."""
    return await session.values(
        """
        insert into public.suppressions (organization_id, kind, value_norm, is_hashed, reason, source, note)
        select %(organization_id)s, kind, value, value like 'hmac:%%', %(reason)s, %(source)s, %(note)s
        from unnest(%(kinds)s::text[], %(values)s::text[]) as wanted (kind, value)
        on conflict (organization_id, kind, value_norm) do nothing
        returning id
        """,
        organization_id=organization_id,
        kinds=[key.kind for key in keys],
        values=[key.value for key in keys],
        reason=reason,
        source=source,
        note=note,
    )


async def stop_people(
    session: Session, organization_id: UUID, keys: Sequence[Key], *, reason: SuppressionReason
) -> None:
    """Take back everything that was planned for the people whom `keys` name, and end their sequences."""
    people = await session.values(
        """
        select p.id from public.prospects p
        where p.organization_id = %(organization_id)s
          and (p.email_norm = any (%(email)s) or p.phone_e164 = any (%(phone)s)
               or p.linkedin_norm = any (%(linkedin)s))
        union
        select p.id
        from public.prospects p
        cross join string_to_array(split_part(p.email_norm, '@', 2), '.') as labels
        where p.organization_id = %(organization_id)s and cardinality(%(domain)s::text[]) > 0
          and exists (
              select from generate_series(1, cardinality(labels)) as n
              where array_to_string(labels[n:], '.') = any (%(domain)s))
        """,
        organization_id=organization_id,
        **{kind: [key.value for key in keys if key.kind == kind] for kind in get_args(Kind)},
    )
    if not people:
        return
    await session.because(f"suppressed:{reason}")
    await session.execute(
        """
        update public.send_intents i set status = 'cancelled', reason = 'suppressed:' || %(reason)s::text
        from public.messages m
        where i.organization_id = %(organization_id)s and i.status in ('planned', 'claimed')
          and m.organization_id = i.organization_id and m.id = i.message_id and m.prospect_id = any (%(people)s)
        """,
        organization_id=organization_id,
        people=people,
        reason=reason,
    )
    await session.execute(
        """
        update public.messages
        set status = 'cancelled', cancelled_reason = 'suppressed:' || %(reason)s::text
        where organization_id = %(organization_id)s and prospect_id = any (%(people)s)
          and status in ('draft', 'pending_review', 'approved', 'scheduled')
        """,
        organization_id=organization_id,
        people=people,
        reason=reason,
    )
    await session.execute(
        """
        update public.enrollments
        set next_step_due_at = null, stop_reason = 'suppressed:' || %(reason)s::text,
            status = case
                when %(reason)s in ('unsubscribed', 'replied_stop', 'complained') then 'unsubscribed'
                when %(reason)s = 'bounced' and status in (
                    'qualified', 'in_sequence', 'replied', 'meeting_scheduled', 'completed', 'not_interested'
                ) then 'bounced'
                when status = 'in_sequence' then 'completed'
                when status in ('found', 'enriching', 'enriched', 'qualifying', 'qualified', 'nurture') then 'rejected'
                else status end
        where organization_id = %(organization_id)s and prospect_id = any (%(people)s) and status <> 'unsubscribed'
        """,
        organization_id=organization_id,
        people=people,
        reason=reason,
    )


async def keys_of_prospect(session: Session, prospect_id: UUID) -> dict[str, str | None] | None:
    """Address, number and profile of a person."""
    rows = await session.dicts(
        "select email_norm, phone_e164, linkedin_norm from public.prospects where id = %(id)s", id=prospect_id
    )
    return rows[0] if rows else None


async def delete(session: Session, organization_id: UUID, suppression_id: UUID) -> int:
    """Take a row off the list."""
    return await session.execute(
        "delete from public.suppressions where organization_id = %(organization_id)s and id = %(id)s",
        organization_id=organization_id,
        id=suppression_id,
    )


async def exists(session: Session, organization_id: UUID, suppression_id: UUID) -> bool:
    """Whether the caller can see the row."""
    found: bool = await session.value(
        """
        select exists (
            select from public.suppressions where organization_id = %(organization_id)s and id = %(id)s
        )
        """,
        organization_id=organization_id,
        id=suppression_id,
    )
    return found


async def message_of_link(session: Session, message_id: UUID) -> dict[str, object] | None:
    """To whom the message with an unsubscribe link went, and in which language."""
    rows = await session.dicts(
        """
        select m.prospect_id, m.language, a.sender_company
        from public.messages m
        left join public.agent_settings a on a.organization_id = m.organization_id
        where m.id = %(id)s
        """,
        id=message_id,
    )
    return rows[0] if rows else None


async def organization_exists(session: Session, organization_id: UUID) -> bool:
    """Whether there is still anybody whose messages could be stopped."""
    found: bool = await session.value(
        "select exists (select from public.organizations where id = %(id)s)", id=organization_id
    )
    return found
