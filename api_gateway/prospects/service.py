"""Rules of the prospects room: reading, entering and correcting people."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal
from uuid import UUID

from api_gateway.data_protection import late
from api_gateway.database import changed
from api_gateway.pagination import COUNT_CAP, PageRequest, cut, encode_cursor
from api_gateway.prospects import detail_repository, repository
from api_gateway.prospects.people import UnreadableCell, domain_of, email_of, phone_of, profile_of
from api_gateway.prospects.repository import ProspectFilter
from api_gateway.prospects.schemas import (
    Prospect,
    ProspectBulk,
    ProspectBulkFailure,
    ProspectBulkResult,
    ProspectCreate,
    ProspectFields,
    ProspectPage,
    ProspectPatch,
    ProspectSummary,
    TagList,
)
from api_gateway.sessions import Member
from api_gateway.suppressions import service as suppressions
from api_gateway.suppressions.keys import keys_of, personal_keys
from kit.errors import Conflict, Invalid, NotFound, NotPermitted
from kit.settings import decode_key

NULLABLE = (
    "email", "phone", "linkedin_url", "title", "headline", "about", "country", "city", "time_zone", "language"
)  # fmt: skip

NOT_COLUMNS = ("company_name", "company_domain", "campaign_id", "tags", "lawful_basis")


class ProspectErased(Conflict):
    code = "prospect_erased"
    default_detail = "Somebody with this address, number or profile asked to be erased; they cannot be entered again."


class AddressTaken(Conflict):
    code = "address_taken"
    default_detail = "Another prospect has this address or profile."


async def list_prospects(
    member: Member, page: PageRequest, wanted: ProspectFilter, *, sort: Literal["created_at", "score"]
) -> ProspectPage:
    """People by search and filters, newest or highest score first."""
    session, organization_id = member.session, member.organization_id
    after = page.after_time() if sort == "created_at" else page.after_number()
    rows = await repository.find(session, organization_id, wanted, sort=sort, after=after, limit=page.limit + 1)
    rows, more = cut(rows, page.limit)
    total = await repository.count(session, organization_id, wanted)
    return ProspectPage(
        items=[ProspectSummary.model_validate(row) for row in rows],
        next_cursor=encode_cursor(rows[-1][sort], str(rows[-1]["id"])) if more else None,
        total=min(total, COUNT_CAP),
        total_is_capped=total > COUNT_CAP,
    )


async def get_prospect(member: Member, prospect_id: UUID) -> Prospect:
    """Everything that is held about a person."""
    session, organization_id = member.session, member.organization_id
    summary = await repository.get(session, organization_id, prospect_id)
    if summary is None:
        raise NotFound("There is no such prospect in this organisation.")
    row = await repository.get_row(session, organization_id, prospect_id)
    return Prospect.model_validate(
        {
            **summary,
            **row,
            "is_suppressed": await suppressions.suppressed_reason(
                session,
                organization_id=organization_id,
                keys=keys_of(row["email_norm"], row["phone_e164"], row["linkedin_norm"]),
                secret=_hash_key(member),
            )
            is not None,
            "company_details": await detail_repository.company(session, organization_id, row["company_id"]),
            "enrichment": await detail_repository.enrichment(session, organization_id, prospect_id),
            "qualification": await detail_repository.qualification(session, organization_id, prospect_id),
            "sources": await detail_repository.sources(session, organization_id, prospect_id),
            "enrollments": await detail_repository.enrollments(session, organization_id, prospect_id),
            "timeline": await detail_repository.timeline(session, organization_id, prospect_id),
            "conversation": await detail_repository.conversation(session, organization_id, prospect_id),
        }
    )


async def create_prospect(member: Member, wanted: ProspectCreate) -> Prospect:
    """Enter a person; someone already known by address or profile is completed instead. ProspectErased."""
    session, organization_id = member.session, member.organization_id
    values = _stored(
        wanted, changed(wanted, skip=("company_name", "company_domain", "campaign_id", "tags", "lawful_basis"))
    )
    if not values.get("email_norm") and not values.get("linkedin_norm"):
        raise Invalid("Give at least an e-mail address or a LinkedIn profile.")
    await _require_not_erased(member, values)
    if wanted.company_name or wanted.company_domain:
        domain = domain_of(wanted.company_domain) if wanted.company_domain else None
        name = wanted.company_name or domain
        if name:
            values["company_id"] = await repository.company_of(session, organization_id, name=name, domain=domain)
    prospect_id = await repository.find_same(
        session,
        organization_id,
        email_norm=values.get("email_norm"),
        linkedin_norm=values.get("linkedin_norm"),
    )
    if prospect_id is None:
        prospect_id = await repository.create(session, organization_id, {**values, "lawful_basis": wanted.lawful_basis})
    else:
        known = await get_prospect(member, prospect_id)
        blanks = {name: value for name, value in values.items() if getattr(known, name, None) in (None, "")}
        blanks.pop("email_norm", None)
        blanks.pop("linkedin_norm", None)
        if blanks and not await repository.update(session, organization_id, prospect_id, blanks):
            raise NotPermitted
    await repository.add_source(session, organization_id, prospect_id, wanted.campaign_id, wanted.lawful_basis)
    for name in wanted.tags:
        await repository.tag(session, organization_id, name, [prospect_id])
    if wanted.campaign_id is not None and not await repository.enroll(
        session, organization_id, wanted.campaign_id, [prospect_id]
    ):
        raise NotFound("There is no such campaign in this organisation.")
    return await get_prospect(member, prospect_id)


async def update_prospect(member: Member, prospect_id: UUID, change: ProspectPatch) -> Prospect:
    """Correct a person. AddressTaken when somebody else has the address or profile, ProspectErased."""
    session, organization_id = member.session, member.organization_id
    await get_prospect(member, prospect_id)
    values = _stored(change, changed(change, nullable=NULLABLE, skip=("tags",)))
    await _require_not_erased(member, values)
    same = await repository.find_same(
        session, organization_id, email_norm=values.get("email_norm"), linkedin_norm=values.get("linkedin_norm")
    )
    if same not in (None, prospect_id):
        raise AddressTaken
    if values and not await repository.update(session, organization_id, prospect_id, values):
        raise NotPermitted
    if change.tags is not None:
        await repository.clear_tags(session, organization_id, prospect_id)
        for name in change.tags:
            await repository.tag(session, organization_id, name, [prospect_id])
    return await get_prospect(member, prospect_id)


async def delete_prospect(member: Member, prospect_id: UUID) -> None:
    """Delete a person with everything that belongs to them."""
    await get_prospect(member, prospect_id)
    if not await repository.delete(member.session, member.organization_id, [prospect_id]):
        raise NotPermitted


async def bulk(member: Member, wanted: ProspectBulk) -> ProspectBulkResult:
    """The same act on many people; who is not the organization's fails as not found."""
    if wanted.action in ("tag", "untag") and wanted.tag is None:
        raise Invalid("Give the tag.")
    if wanted.action == "enroll" and wanted.campaign_id is None:
        raise Invalid("Give the campaign.")
    session, organization_id, ids = member.session, member.organization_id, list(dict.fromkeys(wanted.ids))
    tag, campaign_id = wanted.tag or "", wanted.campaign_id
    acts: dict[str, Callable[[], Coroutine[Any, Any, list[UUID]]]] = {
        "tag": lambda: repository.tag(session, organization_id, tag, ids),
        "untag": lambda: repository.untag(session, organization_id, tag, ids),
        "suppress": lambda: _suppress(member, ids),
        "delete": lambda: repository.delete(session, organization_id, ids),
        "enroll": lambda: repository.enroll(session, organization_id, campaign_id or UUID(int=0), ids),
    }
    if member.role == "viewer":
        raise NotPermitted
    done = set(await acts[wanted.action]())
    return ProspectBulkResult(
        succeeded=[one for one in ids if one in done],
        failed=[
            ProspectBulkFailure(id=one, code="not_found", reason="There is no such prospect, or nothing to do it to.")
            for one in ids
            if one not in done
        ],
    )


async def list_tags(member: Member) -> TagList:
    """The organization's tags."""
    return TagList(items=await repository.tags(member.session, member.organization_id))


async def delete_tag(member: Member, tag_id: UUID) -> None:
    """Delete a tag. NotFound when there is none, or the caller may not."""
    if not await repository.delete_tag(member.session, member.organization_id, tag_id):
        raise NotFound


async def _suppress(member: Member, ids: list[UUID]) -> list[UUID]:
    """Suppress these people by every address of theirs, and answer those that had one."""
    people = await repository.ways_to(member.session, member.organization_id, ids)
    ways = {one["id"]: personal_keys(one["email_norm"], one["phone_e164"], one["linkedin_norm"]) for one in people}
    await suppressions.suppress(
        member.session,
        organization_id=member.organization_id,
        keys=sorted({key for keys in ways.values() for key in keys}),
        reason="manual",
        source="person",
    )
    return [one for one, keys in ways.items() if keys]


async def _require_not_erased(member: Member, values: dict[str, Any]) -> None:
    keys = personal_keys(values.get("email_norm"), values.get("phone_e164"), values.get("linkedin_norm"))
    if await late.is_erased(member.session, member.organization_id, keys, _hash_key(member)):
        raise ProspectErased


def _hash_key(member: Member) -> bytes:
    return decode_key(member.shared.settings.unsubscribe_key.get_secret_value())


def _stored(wanted: ProspectFields, values: dict[str, Any]) -> dict[str, Any]:
    """The values with their normal forms beside them."""
    stored = dict(values)
    try:
        if "email" in values:
            norm = email_of(values["email"]) if values["email"] else None
            stored["email_norm"] = norm
            # A domain with letters beyond ASCII is stored as the wire carries it.
            stored["email"] = norm if norm and not values["email"].rpartition("@")[2].isascii() else values["email"]
            stored["email_status"] = "unknown"
        if "phone" in values:
            stored["phone_e164"] = values["phone"] and phone_of(values["phone"])
        if "linkedin_url" in values:
            url, norm = profile_of(values["linkedin_url"]) if values["linkedin_url"] else (None, None)
            stored["linkedin_url"], stored["linkedin_norm"] = url, norm
    except UnreadableCell as error:
        raise Invalid(error.detail) from error
    return stored
