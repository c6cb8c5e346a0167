"""Keyset pages: a cursor is the sort key of the last row, never an offset."""

import base64
import binascii
import json
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from kit.errors import Invalid

T = TypeVar("T")
COUNT_CAP = 10_000


class Page(BaseModel, Generic[T]):
    """One page of a list. `total` stops counting at 10,000; `total_is_capped` says when it did."""

    items: list[T]
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` to get the next page; null at the end."
    )
    total: int | None = Field(default=None, ge=0)
    total_is_capped: bool = False


class PageRequest(BaseModel):
    """`after`: the decoded sort key of the last row seen, or None for the first page."""

    limit: int
    after: list[Any] | None

    def after_time(self) -> tuple[datetime | None, UUID | None]:
        """The cursor of a list sorted by (time, id); Invalid when it is of another list."""
        if self.after is None:
            return None, None
        try:
            at, row = self.after
            return datetime.fromisoformat(at), UUID(row)
        except (ValueError, TypeError, AttributeError) as error:
            raise BadCursor from error

    def after_number(self) -> tuple[int | None, UUID | None]:
        """The cursor of a list sorted by (number, id); the number is None past the last row that has one."""
        if self.after is None:
            return None, None
        try:
            number, row = self.after
            return None if number is None else int(number), UUID(row)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise BadCursor from error


class BadCursor(Invalid):
    code = "bad_cursor"
    default_detail = "The cursor is not one of this list; start again without it."


def encode_cursor(*key: Any) -> str:
    """Pack a sort key for the caller to send back."""
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(plain, default=str).encode()).decode().rstrip("=")


def _page_request(
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Rows per page.")] = 50,
) -> PageRequest:
    if cursor is None:
        return PageRequest(limit=limit, after=None)
    try:
        after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursor from error
    if not isinstance(after, list):
        raise BadCursor
    return PageRequest(limit=limit, after=after)


Paging = Annotated[PageRequest, Depends(_page_request)]


def cut(rows: list[T], limit: int) -> tuple[list[T], bool]:
    """Repositories read `limit + 1` rows; this drops the last one and says whether it was there."""
    return rows[:limit], len(rows) > limit
