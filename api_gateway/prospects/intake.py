"""Taking people in, from a file or from a scrape: deduplicated, checked against suppressions, their source recorded."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from api_gateway.database import Session
from api_gateway.prospects import intake_repository
from api_gateway.prospects.columns import recognise
from api_gateway.prospects.import_schemas import ImportProblem
from api_gateway.prospects.people import Person, merge_same, person_of
from api_gateway.prospects.schemas import LawfulBasis
from api_gateway.suppressions import repository as suppressions
from api_gateway.suppressions.keys import Key, hashed, keys_of

BATCH = 5_000
SECONDS_ALLOWED = 120


@dataclass
class Intake:
    """What became of rows: `created` + `merged` + `suppressed` + those rejected are all rows that were read."""

    created: int = 0
    merged: int = 0
    suppressed: int = 0
    rows: int = 0
    rejected: int = 0
    problems: list[ImportProblem] = field(default_factory=list)

    def lose(self, line: int, reason: str) -> None:
        """Count a row that could not be read at all."""
        self.rows += 1
        self.rejected += 1
        self.problems.append(ImportProblem(line=line, column=None, reason=reason))


@dataclass(frozen=True)
class Origin:
    """Where people come from; stored with each of them as provenance. With `campaign_id` they are enrolled there."""

    source: Literal["phantombuster", "csv", "manual", "crm"]
    campaign_id: UUID | None = None
    import_id: UUID | None = None
    workflow_run_id: UUID | None = None
    container_id: str | None = None
    lawful_basis: LawfulBasis = "legitimate_interest"


async def take_in(
    session: Session,
    organization_id: UUID,
    batches: AsyncIterator[Sequence[Person]],
    origin: Origin,
    *,
    hash_key: bytes,
    intake: Intake,
) -> None:
    """Take batches of people in within the transaction of `session` (a member's or a workflow's) and count in `intake`.

    `hash_key` is UNSUBSCRIBE_KEY: people who were erased are recognised by what is left of them.
    """
    await session.allow_seconds(SECONDS_ALLOWED)
    await intake_repository.prepare(session)
    erased = await intake_repository.hashed_suppressions(session, organization_id)
    async for batch in batches:
        people, merged = merge_same(batch)
        intake.merged += merged
        if erased:
            kept = [one for one in people if not _is_erased(one, erased, hash_key, organization_id)]
            intake.suppressed += len(people) - len(kept)
            people = kept
        stopped = await suppressions.reasons(
            session, organization_id, sorted({key for one in people for key in _keys(one)})
        )
        kept = [one for one in people if stopped.keys().isdisjoint(_keys(one))]
        intake.suppressed += len(people) - len(kept)
        people = kept
        room = None
        if origin.campaign_id is not None:
            room = await intake_repository.room_in_campaign(session, organization_id, origin.campaign_id)
        outcome = await intake_repository.take_batch(
            session,
            organization_id,
            people,
            source=origin.source,
            campaign_id=origin.campaign_id,
            import_id=origin.import_id,
            workflow_run_id=origin.workflow_run_id,
            container_id=origin.container_id,
            lawful_basis=origin.lawful_basis,
            room=room,
        )
        intake.created += outcome.created
        intake.merged += outcome.merged


async def take_rows(
    session: Session,
    organization_id: UUID,
    rows: Iterable[Mapping[str, Any]],
    origin: Origin,
    *,
    hash_key: bytes,
) -> Intake:
    """Take in rows of a scraper, whose keys are recognised as the columns of a file are. Rows count from 1."""
    intake = Intake()
    people: list[Person] = []
    for number, row in enumerate(rows, start=1):
        intake.rows += 1
        person = person_of(number, _cells(row), intake.problems)
        if person is None:
            intake.rejected += 1
        else:
            people.append(person)

    async def batches() -> AsyncIterator[Sequence[Person]]:
        for start in range(0, len(people), BATCH):
            yield people[start : start + BATCH]

    await take_in(session, organization_id, batches(), origin, hash_key=hash_key, intake=intake)
    return intake


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    names = list(row)
    cells: dict[str, str] = {}
    for index, (name, _) in sorted(recognise(names).items(), key=lambda item: item[1][1]):
        value = row[names[index]]
        if value is not None and not cells.get(name):
            cells[name] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return cells


def _keys(person: Person) -> list[Key]:
    return keys_of(person.email_norm, person.phone_e164, person.linkedin_norm)


def _is_erased(person: Person, erased: set[str], hash_key: bytes, organization_id: UUID) -> bool:
    return any(hashed(key, hash_key, organization_id).value in erased for key in _keys(person))
