"""The command line: a database that starts, says where it is, and is gone after Ctrl-C."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from sandbox.ports import ENVIRONMENT_NAMES, Ports
from sandbox.processes import records
from sandbox.supervisor import REPOSITORY
from tests.sandbox.conftest import is_gone

Started = tuple[subprocess.Popen[str], str]


def environment(home: Path) -> dict[str, str]:
    ports = Ports.free()
    chosen = {variable: str(getattr(ports, name)) for name, variable in ENVIRONMENT_NAMES.items()}
    return {**os.environ, **chosen, "SALES_MACHINE_HOME": str(home)}


def sandbox(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env=environment(home), capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def started(home: Path) -> Iterator[Started]:
    command = [sys.executable, "-m", "sandbox", "db"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=environment(home), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        url = next(line.rsplit(" ", 1)[1].strip() for line in process.stderr if "postgresql://" in line)
        yield process, url
        if process.poll() is None:
            process.kill()


def left_of(home: Path) -> list[str]:
    """Command lines of living processes that belong to a state folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(home) in line:
            found.append(line)
    return found


class TestTheDatabaseAlone:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_ends_without_a_trace(self, started: Started, home: Path, number: signal.Signals) -> None:
        process, url = started
        with psycopg.connect(url) as connection:
            assert connection.execute("select current_user").fetchone() == ("postgres",)
        parts = [member for record in records(home / "pids") for member in record.members()]
        assert parts
        process.send_signal(number)
        assert process.wait(30) == 0
        assert all(is_gone(part, 0.1) for part in parts)
        assert left_of(home) == []

    def test_leaves_nothing_when_killed(self, started: Started, home: Path) -> None:
        process, _ = started
        parts = [member for record in records(home / "pids") for member in record.members()]
        process.kill()
        assert all(is_gone(part) for part in parts)

    def test_is_stopped_by_the_stop_command(self, started: Started, home: Path) -> None:
        process, _ = started
        answer = sandbox(home, "stop")
        assert answer.stdout == "Stopped: postgres.\n"
        assert process.wait(10) == 0
        assert sandbox(home, "stop").stdout == "Nothing was running.\n"

    def test_a_second_one_in_the_same_folder_is_refused_in_one_sentence(self, started: Started, home: Path) -> None:
        answer = sandbox(home, "db")
        assert answer.returncode == 1
        assert f"pid {started[0].pid}" in answer.stderr
        assert "Traceback" not in answer.stderr


def test_data_is_found_again(home: Path) -> None:
    command = [sys.executable, "-m", "sandbox", "db"]
    for expected in (0, 1):
        with subprocess.Popen(
            command, cwd=REPOSITORY, env=environment(home), stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None
            url = next(line.rsplit(" ", 1)[1].strip() for line in process.stderr if "postgresql://" in line)
            with psycopg.connect(url) as connection:
                found = connection.execute("select count(*) from public.organizations").fetchone()
                assert found == (expected,)
                connection.execute("insert into public.organizations (name) values ('Kept')")
            process.send_signal(signal.SIGINT)
            process.wait(30)
