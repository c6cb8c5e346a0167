"""What a vendor is asked when a person is to be forgotten, and what it may answer.

`forget` of a provider deletes what the vendor's API lets be deleted and says plainly what it does not. Asked again it
does no harm: what is gone already counts as gone. It raises VendorFailed when the vendor did not do it, to be asked
again.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class Traces:
    """By what the vendors know a person."""

    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    lead_ids: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    bookings: tuple[str, ...] = ()
    upcoming_bookings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing that was asked for. `not_offered`: the vendor's API cannot do it; it is done by hand over there."""

    act: str
    outcome: Literal["done", "not_offered"]
    count: int = 0

    def as_json(self) -> dict[str, Any]:
        """For the stored report, which holds nothing about the person."""
        return {"act": self.act, "outcome": self.outcome, "count": self.count}


class Forgetful(Protocol):
    """Every vendor that may hold something about a person."""

    async def forget(self, traces: Traces) -> list[Step]:
        """Delete what can be deleted. Raises VendorFailed."""


@dataclass(frozen=True)
class Unforgetting:
    """A vendor whose API deletes nothing of a single person's: what must be done by hand is named."""

    acts: tuple[str, ...] = field(default=("data_deleted",))

    async def forget(self, traces: Traces) -> list[Step]:
        """Nothing is called."""
        return [Step(act, "not_offered") for act in self.acts]
