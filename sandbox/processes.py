"""Processes that are started, waited for and stopped by a record of their own.

Each part runs in its own session, so a Ctrl-C at the terminal reaches only the supervisor, which stops the parts in
order. A record holds pid *and* start time: a pid that the system has given to somebody else is never touched.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

import psutil

from sandbox.errors import PartFailed

POLL_SECONDS = 0.05
LOG_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Account:
    """A system account to run as; only root can."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Part:
    """How one part of the stack is started, known to be ready, and stopped. Times in seconds."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    ready: Callable[[], bool]
    ready_timeout: float = 120.0
    stop_signal: int = signal.SIGTERM
    stop_timeout: float = 10.0
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What is written beside a running part so that anybody may stop exactly it later."""

    name: str
    pid: int
    created: float
    stop_signal: int = signal.SIGTERM
    stop_timeout: float = 10.0
    order: int = field(default=0)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The record in `path`, or None when it is gone or was cut off while being written."""
        try:
            return cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Write `<folder>/<name>.json` so that a reader sees all of it or nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{self.name}.{os.getpid()}"
        partial.write_text(json.dumps(asdict(self)))
        partial.replace(folder / f"{self.name}.json")

    def members(self) -> list[psutil.Process]:
        """The living processes of this part: its leader, the leader's descendants, and whoever is in its session."""
        found: dict[int, psutil.Process] = {}
        leader: psutil.Process | None = None
        with contextlib.suppress(psutil.NoSuchProcess):
            candidate = psutil.Process(self.pid)
            if abs(candidate.create_time() - self.created) > 0.5:
                return []
            leader = candidate
        if leader is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in (leader, *leader.children(recursive=True)):
                    found[process.pid] = process
        for pid in psutil.pids():
            with contextlib.suppress(OSError, psutil.NoSuchProcess):
                if pid not in found and os.getsid(pid) == self.pid:
                    found[pid] = psutil.Process(pid)
        return [process for process in found.values() if _is_alive(process)]

    def stop(self, *, force: bool = False) -> None:
        """Ask the part to end, wait its `stop_timeout`, then end what is left; `force` ends all of it at once."""
        members = self.members()
        if not members:
            return
        if not force:
            leaders = [process for process in members if process.pid == self.pid]
            _signal(leaders or members, self.stop_signal)
            _wait_gone(leaders or members, self.stop_timeout)
            members = self.members() or [process for process in members if _is_alive(process)]
            _signal(members, signal.SIGTERM)
            _wait_gone(members, 2.0)
        _signal([process for process in {*members, *self.members()} if _is_alive(process)], signal.SIGKILL)
        _wait_gone(members, 5.0)


def records(folder: Path) -> list[Record]:
    """All records in a folder, the part started last first: the order to stop in."""
    found = [Record.read(path) for path in folder.glob("*.json")] if folder.is_dir() else []
    return sorted((record for record in found if record is not None), key=lambda record: -record.order)


def stop_recorded(folder: Path) -> list[str]:
    """Stop every part recorded in `folder` and forget the records. Returns the names of those that were alive."""
    stopped: list[str] = []
    for record in records(folder):
        if record.members():
            stopped.append(record.name)
            record.stop()
        (folder / f"{record.name}.json").unlink(missing_ok=True)
    return stopped


class Running:
    """A started part."""

    def __init__(self, part: Part, process: subprocess.Popen[bytes], record: Record, log: Path) -> None:
        self.part = part
        self.process = process
        self.record = record
        self.log = log

    def wait_ready(self, interrupted: threading.Event | None = None) -> None:
        """Poll until the part is ready. Raises `PartFailed` when it ends before, or is not ready in its time."""
        deadline = time.monotonic() + self.part.ready_timeout
        while True:
            if interrupted is not None and interrupted.is_set():
                raise PartFailed(self.part.name, "was not waited for any longer", self.log)
            code = self.process.poll()
            if code is not None:
                raise PartFailed(self.part.name, f"ended with {_ending(code)} before it was ready", self.log)
            if self.part.ready():
                return
            if time.monotonic() > deadline:
                reason = f"was not ready within {self.part.ready_timeout:.0f} s"
                raise PartFailed(self.part.name, reason, self.log)
            time.sleep(POLL_SECONDS)

    def is_alive(self) -> bool:
        """Whether the leader still runs."""
        return self.process.poll() is None

    def stop(self, *, force: bool = False) -> None:
        """Stop the part with all its children; `force` is SIGKILL without asking."""
        self.record.stop(force=force)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)


def spawn(part: Part, *, home: Path, order: int) -> Running:
    """Start a part: own session, output appended to `<home>/<name>.log`, record in `<home>/pids/`."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / f"{part.name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
    account = part.account
    with log.open("ab") as stream:
        try:
            process = subprocess.Popen(
                list(part.argv),
                cwd=part.cwd,
                env=dict(part.env),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        except OSError as error:
            raise PartFailed(part.name, f"could not be started ({error})", log) from error
    record = Record(part.name, process.pid, _created(process.pid), part.stop_signal, part.stop_timeout, order)
    record.write(home / "pids")
    return Running(part, process, record, log)


def run_to_log(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: Path,
    interrupted: threading.Event | None = None,
) -> int:
    """Run a command to its end with its output appended to `log`; ended early, with all its children, on `interrupted`.

    Returns its exit code (negative: the signal that ended it).
    """
    with log.open("ab") as stream:
        process = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = Record(Path(argv[0]).name, process.pid, _created(process.pid), stop_timeout=3)
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=0.1)
            if interrupted is not None and interrupted.is_set():
                record.stop()
    except BaseException:
        record.stop(force=True)
        process.wait()
        raise


def _created(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return time.time()


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(processes: Sequence[psutil.Process], number: int) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _wait_gone(processes: Sequence[psutil.Process], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and any(_is_alive(process) for process in processes):
        time.sleep(POLL_SECONDS)
