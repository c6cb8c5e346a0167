"""Every proof of reliability at its full size: `python -m tests.proofs [proof …]`, all of them without a name.

A proof that fails does not stop the next one. The figures that the proofs record stand below the last line's table, and
what each printed stays in `artifacts/proof-<name>.log`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

from tests.lanes import ARTIFACTS, PYTHON, Outcome, Step, run

FULL_SIZE = {"TORTURE": "1", "TORTURE_SCALE": "1"}
MOST_SECONDS = 14_400

PROOFS: dict[str, Sequence[str]] = {
    "intake": ["tests/torture/test_intake.py"],
    "kills": ["tests/api_gateway/sends/test_kills.py"],
    "zombies": ["tests/torture/test_zombies.py"],
    "database-death": ["tests/torture/test_database_death.py"],
    "unsubscribe-race": ["tests/api_gateway/sends/test_unsubscribe_race.py"],
    "time": ["tests/api_gateway/test_decide.py"],
    "tenancy-matrix": ["tests/database"],
    "tenancy-swaps": ["tests/torture/test_tenancy.py"],
    "api": ["tests/torture/test_api.py"],
    "stalled-jobs": ["tests/torture/test_stalled_jobs.py"],
    "erasure": ["tests/torture/test_erasure.py"],
    "canaries": ["tests/journeys/test_canaries.py"],
}


def step(name: str) -> Step:
    """One proof as a step of the lanes."""
    report = ARTIFACTS / f"proof-{name}.xml"
    command = [PYTHON, "-m", "pytest", "-s", f"--timeout={MOST_SECONDS}", f"--junitxml={report}", *PROOFS[name]]
    return Step(f"proof {name}", command, report=report, env=FULL_SIZE)


def figures(report: Path) -> list[tuple[str, str]]:
    """What the tests of a proof recorded, by name."""
    found = ET.parse(report).getroot().iter("property")
    return [(one.get("name", ""), one.get("value", "")) for one in found]


def main(names: Sequence[str]) -> int:
    """Run the named proofs (all when none is named); the exit code is 0 only when each passed."""
    if unknown := [name for name in names if name not in PROOFS]:
        sys.stderr.write(f"No such proof: {', '.join(unknown)}. There are: {', '.join(PROOFS)}.\n")
        return 2
    ARTIFACTS.mkdir(exist_ok=True)
    console = Console()
    table = Table("proof", "passed", "failed", "seconds", title="Proofs at full size")
    outcomes: list[Outcome] = []
    for name in names or PROOFS:
        console.rule(name)
        outcome = run(step(name), sys.stdout.write)
        outcomes.append(outcome)
        style = "green" if outcome.code == 0 else "bold red"
        table.add_row(name, str(outcome.passed), str(outcome.failed), f"{outcome.seconds:.0f}", style=style)
    console.print(table)
    for outcome in outcomes:
        if outcome.step.report is not None and outcome.step.report.exists():
            for name, value in figures(outcome.step.report):
                sys.stdout.write(f"{outcome.step.name}: {name} {value}\n")
    failed = sum(outcome.failed for outcome in outcomes)
    sys.stdout.write(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed\n")
    return 0 if all(outcome.code == 0 for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
