"""Every check and every test, lane by lane: `python -m tests.lanes [lane …]`, all of them without a name.

A step that fails does not stop the next one, a step that ran nothing has failed, and the last line counts the tests of
all lanes. Tracks run side by side, stage after stage: what tests of the whole stack leave of the processors while they
wait, the database's use. What a step printed is shown once it has ended, and stays in `artifacts/<step>.log`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "artifacts"
PYTHON = sys.executable
NPM = str(Path(PYTHON).with_name("npm"))

ENSURE_MODULES = "from sandbox import progress, web_build; web_build.ensure_modules(progress.Display())"
ENSURE_N8N = "from sandbox import progress, toolchain; toolchain.ensure(toolchain.N8N, progress.Display())"
# Lanes of one stage run together.
STAGES = (("check", "web"), ("unit",), ("database", "stack"))
# Whoever waits for a vendor, a lease or a browser goes first.
NICENESS = {"python": 5, "panel": 5, "packages": 5, "stack": 0}

# A key in a developer's shell must never turn a test into a paid call.
PAID = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_AUTH_TOKEN")


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a lane. `report` names the file, JUnit or Vitest JSON, from which its tests are counted.

    Steps of one `track` run one after another."""

    name: str
    command: Sequence[str]
    folder: Path = ROOT
    report: Path | None = None
    env: dict[str, str] = field(default_factory=dict)
    track: str = "python"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step: exit code, tests counted (a check without tests counts as one), seconds."""

    step: Step
    code: int
    passed: int
    failed: int
    seconds: float


def _pytest(name: str, *arguments: str, track: str = "python") -> Step:
    report = ARTIFACTS / f"{name.replace(' ', '-')}.xml"
    return Step(name, [PYTHON, "-m", "pytest", f"--junitxml={report}", *arguments], report=report, track=track)


def _module(name: str, *command: str) -> Step:
    return Step(name, [PYTHON, "-m", *command])


def _web(name: str, script: str, *arguments: str, report: Path | None = None) -> Step:
    return Step(name, [NPM, "run", "--silent", script, *arguments], folder=ROOT / "web", report=report, track="panel")


def _tool(name: str, *command: str) -> Step:
    return Step(name, [str(Path(PYTHON).with_name(command[0])), *command[1:]])


LANES: dict[str, list[Step]] = {
    "check": [
        _tool("ruff", "ruff", "check", "."),
        _tool("format", "ruff", "format", "--check", "."),
        _module("mypy", "mypy"),
        _tool("imports", "lint-imports"),
        _tool(
            "sql",
            "squawk",
            "--config",
            "supabase/squawk.toml",
            *sorted(map(str, (ROOT / "supabase/migrations").glob("*.sql"))),
        ),
        _module("workflows", "n8n_workflows", "check"),
        _module("advisors", "sandbox", "advisors"),
        Step("panel packages", [PYTHON, "-c", ENSURE_MODULES], track="panel"),
        _web("typescript and eslint", "check"),
        _web("client", "api:check"),
    ],
    "unit": [
        _pytest(
            *("unit", "-n", "2", "-m", "not stack"),
            *("tests/kit", "tests/ai_service", "tests/standins", "tests/n8n_workflows"),
        )
    ],
    "database": [_pytest("database", "-n", "2", "tests/database", "tests/api_gateway", "tests/contracts")],
    "web": [
        _web(
            *("vitest", "test", "--", "--reporter=default", "--reporter=json"),
            f"--outputFile.json={ARTIFACTS / 'vitest.json'}",
            report=ARTIFACTS / "vitest.json",
        )
    ],
    "stack": [
        Step("n8n packages", [PYTHON, "-c", ENSURE_N8N], track="packages"),
        _pytest("sandbox", "tests/sandbox", track="stack"),
        # Where n8n has still to be installed, that is done while these need none.
        _pytest("torture", "tests/torture", track="stack"),
        _pytest("workflows on n8n", "tests/n8n_workflows", "-m", "stack", track="stack"),
        _pytest("journeys", "tests/journeys", track="stack"),
    ],
}


def count(step: Step, code: int) -> tuple[int, int]:
    """Tests passed and failed, read from the step's report."""
    if step.report is None:
        return (1, 0) if code == 0 else (0, 1)
    if not step.report.exists():
        return 0, 1
    if step.report.suffix == ".json":
        report = json.loads(step.report.read_text())
        return int(report["numPassedTests"]), int(report["numFailedTests"])
    suites = ET.parse(step.report).getroot().findall("testsuite")
    total, bad = (
        sum(int(suite.get("tests", 0)) for suite in suites),
        sum(
            int(suite.get("failures", 0)) + int(suite.get("errors", 0)) + int(suite.get("skipped", 0))
            for suite in suites
        ),
    )
    return total - bad, bad


def run(step: Step, show: Callable[[str], object], *, niceness: int = 0) -> Outcome:
    """Run one step, show what it prints line by line, and keep it. `niceness`: by how much it lets others go first."""
    environment = {key: value for key, value in os.environ.items() if key not in PAID} | step.env
    environment["PATH"] = f"{Path(PYTHON).parent}{os.pathsep}{environment['PATH']}"
    if step.report is not None:
        step.report.unlink(missing_ok=True)
    started = time.monotonic()
    with (ARTIFACTS / f"{step.name.replace(' ', '-')}.log").open("w") as log:
        process = subprocess.Popen(
            ["nice", "-n", str(niceness), *step.command],
            cwd=step.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            log.write(line)
            show(line)
        code = process.wait()
    passed, failed = count(step, code)
    if code != 0 and failed == 0:
        failed = 1
    if code == 0 and passed == 0:
        code = 1
    return Outcome(step, code, passed, failed, time.monotonic() - started)


def run_stage(lanes: Sequence[str], console: Console) -> list[tuple[str, Outcome]]:
    """Run the steps of some lanes, track beside track; outcomes with their lanes in the order of the lanes."""
    tracks: dict[str, list[tuple[str, Step]]] = {}
    for lane in lanes:
        for step in LANES[lane]:
            tracks.setdefault(step.track, []).append((lane, step))
    printing = Lock()

    def run_track(steps: list[tuple[str, Step]]) -> dict[str, tuple[str, Outcome]]:
        outcomes = {}
        for lane, step in steps:
            with printing:
                console.print(f"{lane}: {step.name} …", style="dim")
            lines: list[str] = []
            outcome = run(step, lines.append, niceness=NICENESS[step.track] if len(tracks) > 1 else 0)
            with printing:
                console.rule(f"{lane}: {step.name}, {'passed' if outcome.code == 0 else 'FAILED'}")
                sys.stdout.writelines(lines)
                sys.stdout.flush()
            outcomes[step.name] = (lane, outcome)
        return outcomes

    with ThreadPoolExecutor(max(1, len(tracks))) as pool:
        ended = {name: outcome for part in pool.map(run_track, tracks.values()) for name, outcome in part.items()}
    return [ended[step.name] for lane in lanes for step in LANES[lane]]


def main(names: Sequence[str]) -> int:
    """Run the named lanes (all when none is named); the exit code is 0 only when every step of each passed."""
    unknown = [name for name in names if name not in LANES]
    if unknown:
        sys.stderr.write(f"No such lane: {', '.join(unknown)}. There are: {', '.join(LANES)}.\n")
        return 2
    ARTIFACTS.mkdir(exist_ok=True)
    console = Console()
    table = Table("lane", "step", "passed", "failed", "seconds", title="Tests")
    outcomes = []
    wanted = names or LANES
    for lane, outcome in [
        ended for stage in STAGES for ended in run_stage([lane for lane in stage if lane in wanted], console)
    ]:
        outcomes.append(outcome)
        style = "green" if outcome.code == 0 else "bold red"
        row = (lane, outcome.step.name, str(outcome.passed), str(outcome.failed), f"{outcome.seconds:.1f}")
        table.add_row(*row, style=style)
    console.print(table)
    passed, failed = sum(o.passed for o in outcomes), sum(o.failed for o in outcomes)
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 0 if all(o.code == 0 for o in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
