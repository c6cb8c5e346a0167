"""Processes that are started, waited for, and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from sandbox.control import stop_everything
from sandbox.errors import AlreadyRunning, PartFailed, SandboxError
from sandbox.lock import holder_of
from sandbox.processes import Part, Record, records
from sandbox.supervisor import REPOSITORY, Supervisor
from tests.sandbox.conftest import is_gone

# A part with a child of its own, which says the child's pid and ignores what its parent is told.
FAMILY = """
import subprocess, sys, time
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"
child = subprocess.Popen([sys.executable, "-c", deaf])
print(child.pid, flush=True)
time.sleep(600)
"""
ORPHANS = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(0.3)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "home")
    supervisor.open()
    yield supervisor
    supervisor.close()


def part(home: Path, script: str, *, name: str = "thing", ready: Callable[[], bool] | None = None) -> Part:
    log = home / f"{name}.log"
    return Part(
        name=name,
        argv=[sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"]},
        cwd=home,
        ready=ready or (lambda: log.read_text().strip() != ""),
        ready_timeout=10,
        stop_timeout=1,
    )


def child_of(home: Path, name: str = "thing") -> psutil.Process:
    return psutil.Process(int((home / f"{name}.log").read_text().split()[-1]))


class TestStopping:
    def test_stops_children_that_refuse_to_end(self, supervisor: Supervisor) -> None:
        supervisor.start(part(supervisor.home, FAMILY))
        child = child_of(supervisor.home)
        supervisor.stop("thing")
        assert is_gone(child)
        assert supervisor.pids() == {}
        assert records(supervisor.home / "pids") == []

    def test_stops_children_whose_parent_has_ended(self, supervisor: Supervisor) -> None:
        running = supervisor.start(part(supervisor.home, ORPHANS))
        child = child_of(supervisor.home)
        running.process.wait(10)
        assert child.is_running()
        assert [ended.part.name for ended in supervisor.dead()] == ["thing"]
        supervisor.stop("thing")
        assert is_gone(child)

    def test_kills_a_part_with_its_children_and_brings_it_back(self, supervisor: Supervisor) -> None:
        first = supervisor.start(part(supervisor.home, FAMILY)).record.pid
        child = child_of(supervisor.home)
        supervisor.kill("thing")
        assert is_gone(child)
        assert supervisor.restart("thing").record.pid != first
        assert len(supervisor.pids()) == 1

    def test_never_touches_a_pid_that_now_belongs_to_another(self, tmp_path: Path) -> None:
        with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as other:
            record = Record("old", other.pid, psutil.Process(other.pid).create_time() - 100)
            assert record.members() == []
            record.stop()
            assert other.poll() is None
            other.kill()

    def test_an_unknown_part_is_refused_with_those_that_run(self, supervisor: Supervisor) -> None:
        supervisor.start(part(supervisor.home, FAMILY))
        with pytest.raises(SandboxError, match="thing"):
            supervisor.kill("nothing")


class TestStarting:
    def test_a_part_that_ends_early_is_named_with_the_end_of_its_log(self, supervisor: Supervisor) -> None:
        with pytest.raises(PartFailed) as failed:
            supervisor.start(
                part(supervisor.home, "raise SystemExit('the reason why')", name="broken", ready=lambda: False)
            )
        assert failed.value.part == "broken"
        assert "exit code 1" in str(failed.value)
        assert "the reason why" in str(failed.value)

    def test_a_part_that_never_gets_ready_is_given_up_and_leaves_nothing(self, supervisor: Supervisor) -> None:
        slow = part(supervisor.home, FAMILY, ready=lambda: False)
        with pytest.raises(PartFailed, match="not ready within"):
            supervisor.start(Part(**{name: getattr(slow, name) for name in slow.__slots__} | {"ready_timeout": 0.5}))
        assert is_gone(child_of(supervisor.home))
        assert supervisor.pids() == {}

    def test_a_program_that_is_not_there_is_a_failure_of_its_part(self, supervisor: Supervisor) -> None:
        missing = Part("ghost", ["/nowhere/ghost"], {}, supervisor.home, ready=lambda: True)
        with pytest.raises(PartFailed, match="ghost could not be started"):
            supervisor.start(missing)

    def test_a_second_supervisor_is_refused_with_the_pid_of_the_first(self, supervisor: Supervisor) -> None:
        with pytest.raises(AlreadyRunning, match=str(os.getpid())):
            Supervisor(supervisor.home).open()
        assert holder_of(supervisor.home) == os.getpid()


ANOTHER = """
import sys, time
from pathlib import Path
from sandbox.supervisor import Supervisor
from tests.sandbox.test_supervisor import FAMILY, part
import signal
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
supervisor = Supervisor(Path(sys.argv[1]))
supervisor.open()
supervisor.start(part(supervisor.home, FAMILY))
print("up", flush=True)
try:
    time.sleep(600)
finally:
    supervisor.close()
"""


class TestASupervisorInAnotherProcess:
    @pytest.fixture
    def other(self, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", ANOTHER, str(tmp_path / "home")]
        with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            yield process
            if process.poll() is None:
                process.kill()

    def test_leaves_nothing_when_it_is_killed(self, other: subprocess.Popen[str], tmp_path: Path) -> None:
        child = child_of(tmp_path / "home")
        other.send_signal(signal.SIGKILL)
        assert is_gone(child)

    def test_makes_way_for_a_new_one_after_it_was_killed(self, other: subprocess.Popen[str], tmp_path: Path) -> None:
        child = child_of(tmp_path / "home")
        other.send_signal(signal.SIGKILL)
        other.wait(10)
        supervisor = Supervisor(tmp_path / "home")
        supervisor.open()
        assert is_gone(child, 0.1)
        supervisor.close()

    def test_is_stopped_from_outside(self, other: subprocess.Popen[str], tmp_path: Path) -> None:
        child = child_of(tmp_path / "home")
        assert stop_everything(tmp_path / "home") == ["thing"]
        assert is_gone(child, 0.1)
        assert other.wait(10) == 0
        assert stop_everything(tmp_path / "home") == []
