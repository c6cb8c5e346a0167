"""`python -m sandbox <command>`: what the Makefile calls."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from sandbox import doctor
from sandbox.control import stop_everything, stop_in_peace, watch
from sandbox.database import Database
from sandbox.environments import Environments
from sandbox.errors import SandboxError
from sandbox.migrations import failing
from sandbox.n8n_server import N8n
from sandbox.ports import Ports
from sandbox.postgres import Postgres
from sandbox.progress import Display
from sandbox.settings import Secrets, home_from_env
from sandbox.stack import Stack
from sandbox.supervisor import Supervisor
from sandbox.toolchain import N8N, NODE_PARTS, ensure


def main() -> int:
    """Run one command; failures that a person can mend are one sentence and exit code 1."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The whole product on this machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and stay up until Ctrl-C")
    up.add_argument("--reload", action="store_true", help="restart the services and the panel as their sources change")
    commands.add_parser("stop", help="stop what runs in the state folder")
    commands.add_parser("doctor", help="say what is here, what is missing and how to mend it")
    commands.add_parser(
        "advisors", help="apply the migrations to an empty database and print what Supabase's linter says"
    )
    commands.add_parser("db", help="start the database alone and stay up until Ctrl-C")
    n8n = commands.add_parser(
        "n8n", help="pull the workflows from the running n8n into the repository, or push them to it"
    )
    n8n.add_argument("arguments", nargs=argparse.REMAINDER, help="pull [--dry-run] or push [--force]")
    demo = commands.add_parser("demo", help="run one campaign to its end and show it")
    demo.add_argument(
        "--once", action="store_true", help="end when the campaign has, with exit code 0 if all went well"
    )
    demo.add_argument("--csv", type=Path, help="run the campaign on the people in this file")
    given = parser.parse_args()

    chosen: dict[str, Callable[[], int]] = {
        "up": lambda: _up(reload=given.reload),
        "stop": _stop,
        "doctor": doctor.main,
        "advisors": _advisors,
        "db": _db,
        "n8n": lambda: _n8n(given.arguments),
        "demo": lambda: _demo(once=given.once, csv=given.csv),
    }
    # SIGINT too: a shell that starts us in the background has it ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return chosen[given.command]()
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _up(*, reload: bool) -> int:
    with Display() as display:
        stack = Stack(home_from_env(), Ports.from_env(), reload=reload, display=display)
        try:
            stack.start()
            display.say(
                f"\nThe panel is at {stack.urls['panel']}, the gateway's documentation at {stack.urls['gateway']}/docs,"
            )
            display.say(f"n8n at {stack.urls['n8n']}. Logs are in {stack.home}. Ctrl-C stops everything.")
            watch(stack)
        finally:
            stop_in_peace(stack.stop, display)
    return 0


def _stop() -> int:
    stopped = stop_everything(home_from_env())
    sys.stdout.write(f"Stopped: {', '.join(stopped)}.\n" if stopped else "Nothing was running.\n")
    return 0


def _db() -> int:
    home, ports = home_from_env(), Ports.from_env()
    with Display() as display:
        supervisor = Supervisor(home, display.interrupted)
        environments = Environments(ports, Secrets.load(home))
        database = Database(home, ports.postgres, supervisor=supervisor, display=display, environments=environments)
        supervisor.open()
        try:
            ports.check_free(["postgres"])
            database.start()
            display.say(f"Postgres as the owner of the schema: {database.owner_url}\nCtrl-C stops it.")
            watch(supervisor)
        finally:
            stop_in_peace(supervisor.close, display)
    return 0


def _advisors() -> int:
    home = home_from_env() / "advisors"
    with Display() as display:
        database = Database(home, display=display)
        try:
            database.start()
            findings = database.cli.advisors("info")
        finally:
            database.destroy()
    bad = failing(findings)
    for finding in bad:
        sys.stdout.write(f"{finding.level:5} {finding.name}: {finding.detail}\n      {finding.remediation}\n")
    infos: dict[str, int] = {}
    for finding in findings:
        if finding.level == "INFO":
            infos[finding.name] = infos.get(finding.name, 0) + 1
    said = ", ".join(f"{name} ({count})" for name, count in sorted(infos.items())) or "none"
    sys.stdout.write(f"{len(bad)} findings at ERROR or WARN. At INFO: {said}.\n")
    return 1 if bad else 0


def _n8n(arguments: list[str]) -> int:
    home, ports = home_from_env(), Ports.from_env()
    with Display() as display:
        folder, node_parts = ensure(N8N, display), ensure(NODE_PARTS, display)
    secrets = Secrets.load(home)
    n8n = N8n(home, folder, Postgres(home, ports.postgres, secrets, node_parts), Environments(ports, secrets))
    env = {**n8n.tool_env(), "SALES_MACHINE_HOME": str(home)}
    return subprocess.run([sys.executable, "-m", "n8n_workflows", *arguments], env=env, check=False).returncode


def _demo(*, once: bool, csv: Path | None) -> int:
    from sandbox.demo import run  # noqa: PLC0415 - only the demo needs the seed and its tables

    return run(once=once, csv=csv)


if __name__ == "__main__":
    sys.exit(main())
