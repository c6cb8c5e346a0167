"""The append-only record of a stand-in: one fsynced JSON line per call and per effect.

It is the witness of the tests ("was this person mailed twice?") and the memory of the stand-in: after a kill the state
is folded again from the effects, so that what was accepted before the kill is still there after it.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

Entry = dict[str, Any]
Kind = Literal["call", "effect"]


def timestamp(moment: datetime | None = None) -> str:
    """A moment (default: now) as the vendors write it: UTC, milliseconds, trailing Z."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def digest(*parts: str, length: int = 16) -> str:
    """A short stable fingerprint of some texts, for keys that must be equal when the content is."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:length]


class Ledger:
    """One vendor's ledger file. Nobody is told of an entry before `synced()` says that the disk has it.

    A line is written at once, so that a killed stand-in loses nothing; the disk is waited for by many at a time, since
    a wait of their own for each of thousands of lines would make the stand-in the slowest part of the stack.
    """

    def __init__(self, path: Path, vendor: str) -> None:
        self.path = path
        self.vendor = vendor
        path.parent.mkdir(parents=True, exist_ok=True)
        self._drop_torn_line()
        self._descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._written = 0
        self._durable = 0
        self._flushing: asyncio.Task[None] | None = None

    def record(self, kind: Kind, name: str, key: str, **data: Any) -> Entry:
        """Append one line. Outside an event loop it is on the disk when this returns."""
        entry: Entry = {"at": timestamp(), "kind": kind, "vendor": self.vendor, "name": name, "key": key, **data}
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":"), default=str)
        os.write(self._descriptor, line.encode() + b"\n")
        self._written += 1
        self._flush_soon()
        return entry

    async def synced(self) -> None:
        """Wait until the disk has everything recorded so far."""
        wanted = self._written
        while self._durable < wanted:
            self._flush_soon()
            if self._flushing is not None:
                await asyncio.shield(self._flushing)

    def entries(self, kind: str | None = None) -> Iterator[Entry]:
        """Everything recorded so far, oldest first, optionally only calls or only effects."""
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                entry: Entry = json.loads(line)
                if kind is None or entry["kind"] == kind:
                    yield entry

    def clear(self) -> None:
        """Forget everything; only a reset asks for it."""
        os.ftruncate(self._descriptor, 0)
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Bring the rest to the disk and release the file."""
        os.fdatasync(self._descriptor)
        os.close(self._descriptor)

    def _flush_soon(self) -> None:
        if self._flushing is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            os.fdatasync(self._descriptor)
            self._durable = self._written
        else:
            self._flushing = loop.create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._durable < self._written:
                upto = self._written
                await asyncio.to_thread(os.fdatasync, self._descriptor)
                self._durable = upto
        finally:
            self._flushing = None

    def _drop_torn_line(self) -> None:
        # A kill in the middle of a write leaves half a line; nobody was told that it happened, so it didn't.
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) != len(content):
            self.path.write_bytes(whole)
