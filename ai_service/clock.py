"""Today's date, and how long something took."""

import time
from datetime import UTC, date, datetime
from types import TracebackType
from typing import Self


def today() -> date:
    """Today in UTC."""
    return datetime.now(UTC).date()


class Stopwatch:
    """Measures the block that it is opened for, in whole milliseconds."""

    ms = 0

    def __enter__(self) -> Self:
        self._started = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ms = round((time.perf_counter() - self._started) * 1000)
