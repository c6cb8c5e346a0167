"""Rows of our tables as the work items that ai_service takes: known fields only, of the right types."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from api_gateway.enrichments.repository import Facts, Leased
from api_gateway.enrichments.schemas import (
    EnrichmentWork,
    WorkActivity,
    WorkCompany,
    WorkFact,
    WorkFunding,
    WorkIcp,
    WorkProspect,
    WorkSender,
    WorkSignal,
    WorkStep,
)
from api_gateway.scenarios.variants import as_written

MOST_ITEMS = 50
M = TypeVar("M", bound=BaseModel)


def work_item(lease: Leased, known: Facts, grant: str | None) -> EnrichmentWork:
    """One person with everything that is known."""
    step = as_written(known.step, known.enrollment_id, known.enrolled_at) if known.step else None
    return EnrichmentWork(
        enrollment_id=lease.enrollment_id,
        lease_token=lease.lease_token,
        organization_id=known.organization_id,
        campaign_id=known.campaign_id,
        prospect=prospect(known.prospect),
        company=company(known.company),
        signals=items(WorkSignal, known.prospect.get("signals")),
        icp=_whole(WorkIcp, known.icp),
        language=spoken(known.prospect, known.language),
        grant=grant,
        kind=step["kind"] if step else "email",
        channel=step["channel"] if step else "email",
        step=_whole(WorkStep, step),
        sender=sender(known.sender or {}),
        tone=known.tone,
        thread=[],
    )


def prospect(row: dict[str, Any]) -> WorkProspect:
    """A person."""
    return WorkProspect.model_validate(
        {**_known(WorkProspect, row), "recent_activity": items(WorkActivity, row.get("recent_activity"))}
    )


def company(row: dict[str, Any] | None) -> WorkCompany | None:
    """The person's company, if one is known."""
    if row is None:
        return None
    return WorkCompany.model_validate(
        {
            **_known(WorkCompany, row),
            "funding": items(WorkFunding, row.get("funding")),
            "facts": items(WorkFact, row.get("facts")),
        }
    )


def sender(row: dict[str, Any]) -> WorkSender:
    """Who writes, as the agent's settings say."""
    named = {name: row.get(f"sender_{name}", row.get(name)) for name in WorkSender.model_fields}
    return WorkSender.model_validate({"first_name": "", **_known(WorkSender, named)})


def spoken(row: dict[str, Any], otherwise: str) -> str:
    """The language to write in: the person's when we write it, else the campaign's."""
    return str(row["language"]) if row.get("language") in {"fr", "en"} else otherwise


def items(model: type[M], rows: Any) -> list[M]:
    """Those of `rows` (JSON that came from files and scrapers) that have the shape of `model`, at most fifty."""
    found: list[M] = []
    for row in rows if isinstance(rows, list) else []:
        try:
            found.append(model.model_validate(row))
        except ValidationError:
            continue
    return found[:MOST_ITEMS]


def _whole(model: type[M], row: dict[str, Any] | None) -> M | None:
    return None if row is None else model.model_validate(_known(model, row))


def _known(model: type[BaseModel], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in model.model_fields and value is not None}
