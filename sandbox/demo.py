"""`make demo`: one campaign from the first profile to the booked meeting, on the real stack, shown as it happens."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
from rich.console import Console
from rich.table import Table

from sandbox import seed
from sandbox.control import stop_in_peace, watch
from sandbox.environments import DEMO_EMAIL
from sandbox.errors import PartFailed, SandboxError
from sandbox.ports import Ports
from sandbox.progress import Display
from sandbox.settings import Secrets, home_from_env
from sandbox.stack import Stack

PEOPLE = 150
MEASURED_PEOPLE = 50
DAY_SECONDS = 2.0
STEP_SECONDS = 0.5
# The flows that have a timetable are started this often (in seconds), since a day lasts two seconds here. Enrichment
# is started by the gateway as soon as people are there; this only takes up what was left over.
TIMETABLE = {"enrich-and-qualify-prospects": 10.0, "send-due-messages": 3.0, "advance-scenarios": 4.0}
# A campaign is over when the gateway has completed it, or waits for nothing but a person; or when nothing has moved for
# a while (a longer one before the first meeting), or at the limit.
QUIET_SECONDS = 20.0
PATIENT_SECONDS = 60.0
LIMIT_SECONDS = 220.0
NOT_JUDGED = ("found", "enriching", "enriched", "qualifying")
STAGES = {
    "found": "Found",
    "enriched": "Enriched",
    "qualified": "Qualified (score 60 or more)",
    "contacted": "Written to",
    "replied": "Answered",
    "meeting": "Meeting booked",
}


@dataclass(slots=True)
class Figures:
    """What the demonstration measures. Seconds, but for memory in bytes."""

    started: float = 0.0
    judged: float | None = None
    judged_people: int = 0
    drafted: int = 0
    campaign: float = 0.0
    decision_p95: float | None = None
    decisions: int = 0
    dashboard: float | None = None
    memory: dict[str, int] = field(default_factory=dict)
    funnel: list[dict[str, Any]] = field(default_factory=list)


def run(*, once: bool, csv: Path | None) -> int:
    """Start the stack, run the campaign, show it. With `once`, end then: 0 if every stage was reached, else 1."""
    begun = time.monotonic()
    if csv is not None and not csv.is_file():
        raise SandboxError(f"There is no file {csv}: give the path of a CSV file, as in make demo CSV=people.csv")
    home = home_from_env()
    password = Secrets.load(home).demo_password
    hint = {"VITE_SIGN_IN_HINT": f"{DEMO_EMAIL} / {password}", "GENERATION_LIMIT_PER_HOUR": "100000"}
    with Display() as display:
        stack = Stack(home, Ports.from_env(), day_seconds=DAY_SECONDS, env=hint, display=display)
        try:
            stack.start()
            figures = Figures(started=time.monotonic() - begun)
            account = seed.sign_in(stack)
            campaign_id = _prepare(stack, account, csv, display)
            missing = _play(stack, account, campaign_id, figures, display)
            _measure(stack, account, campaign_id, figures)
            _show(stack, account, figures, time.monotonic() - begun)
            if once:
                if missing:
                    sys.stderr.write(f"The campaign did not reach every stage: {missing}\n")
                return 1 if missing else 0
            display.say("Everything stays up until Ctrl-C.")
            watch(stack)
        finally:
            stop_in_peace(stack.stop, display)
    return 0


def _prepare(stack: Stack, account: seed.Account, csv: Path | None, display: Display) -> str:
    """The organization and a draft campaign with its people's source; returns the campaign's id."""
    with display.step("Set up the organization and a campaign"):
        seed.organization(account)
        now = datetime.now(UTC).strftime("%d/%m %H:%M:%S")
        booking = f"{stack.urls['calcom']}/camille/intro-30"
        made = seed.campaign(account, name=f"Démonstration {now}", booking_url=booking, people=PEOPLE, csv=csv)
        campaign_id = str(made["id"])
    if csv is not None:
        with display.step(f"Import {csv.name}"):
            report = seed.import_file(account, csv, campaign_id)
        _show_import(report, display)
    return campaign_id


def _show_import(report: dict[str, Any], display: Display) -> None:
    display.say(f"{report['rows_total']} rows, read as {report['layout']} ({report['encoding']}):")
    display.say(
        f"  {report['created_count']} new, {report['merged_count']} merged, "
        f"{report['suppressed_count']} not to be written to, {report['rejected_count']} not readable."
    )
    for problem in report["problems"][:20]:
        column = f", column {problem['column']}" if problem["column"] else ""
        display.say(f"  line {problem['line']}{column}: {problem['reason']}")
    if len(report["problems"]) > 20:
        display.say(f"  … and {len(report['problems']) - 20} more; the panel lists them all.")
    if report["status"] == "failed":
        raise SandboxError(f"The file could not be imported: {report['error']}")


def _play(stack: Stack, account: seed.Account, campaign_id: str, figures: Figures, display: Display) -> str:
    """Launch and follow the campaign to its end. Returns what was not reached in words, or nothing."""
    begun = moved = time.monotonic()
    account.call("POST", f"/campaigns/{campaign_id}/launch")
    display.say("\nThe campaign runs; watch it live in the panel as well:")
    display.say(f"  {stack.urls['panel']}   {account.email} / {account.password}\n")
    shown = ""
    with _nudging(stack, account, campaign_id), display.status() as status:
        while True:
            for ended in stack.dead():
                raise PartFailed(ended.part.name, "ended by itself", ended.log)
            progress = account.call("GET", f"/campaigns/{campaign_id}/progress")
            seconds = time.monotonic() - begun
            _note_judged(progress, figures, seconds)
            line = _line(progress)
            if line != shown:
                shown, moved = line, time.monotonic()
                status(f"{seconds:4.0f} s  {line}")
            figures.campaign = seconds
            patience = QUIET_SECONDS if progress["counts"]["meetings"] else PATIENT_SECONDS
            quiet = time.monotonic() - moved > patience
            if progress["stage"] == "failed":
                return f"the campaign failed: {progress['message']}"
            if quiet or seconds > LIMIT_SECONDS or _is_over(progress):
                break
            time.sleep(STEP_SECONDS)
    if progress["status"] == "completed":
        display.say("\nThe campaign is completed.")
    elif waiting := progress["remaining"]["for_a_person"]:
        display.say(f"\n{waiting} drafts and replies wait for you in the panel; then the campaign completes by itself.")
    figures.funnel = account.call("GET", "/dashboard/funnel", params={"campaign_id": campaign_id})["stages"]
    return _unreached(account, figures)


def _note_judged(progress: dict[str, Any], figures: Figures, seconds: float) -> None:
    people = progress["counts"]["prospects"]
    judged = people - sum(progress["by_status"].get(status, 0) for status in NOT_JUDGED)
    if figures.judged is None and people and judged >= min(MEASURED_PEOPLE, people):
        figures.judged = seconds
        figures.judged_people = judged
        figures.drafted = sum(progress["messages_by_status"].values())


def _is_over(progress: dict[str, Any]) -> bool:
    if progress["status"] == "completed":
        return True
    if progress["stage"] in ("idle", "scraping", "importing") or not progress["counts"]["prospects"]:
        return False
    remaining = progress["remaining"]
    return remaining["for_a_person"] > 0 and not (remaining["people"] or remaining["messages"] or remaining["replies"])


def _line(progress: dict[str, Any]) -> str:
    counts = progress["counts"]
    parts = (
        *(f"found {counts['prospects']}", f"enriched {counts['enriched']}", f"qualified {counts['qualified']}"),
        *(f"sent {counts['sent']}", f"answers {counts['replied']}", f"meetings {counts['meetings']}"),
    )
    return " · ".join(parts)


def _unreached(account: seed.Account, figures: Figures) -> str:
    """The stages nobody reached, with the gateway's open alerts beside them."""
    empty = [STAGES[stage["stage"]].lower() for stage in figures.funnel if not stage["count"]]
    if figures.funnel and not empty:
        return ""
    alerts = [f"{alert['title']} ({alert['detail'][:160]})" for alert in account.items("/alerts")[:5]]
    nobody = f"nobody was {', nobody was '.join(empty)}" if empty else "there is no funnel"
    return nobody + (f". Open alerts: {'; '.join(alerts)}" if alerts else "")


@contextlib.contextmanager
def _nudging(stack: Stack, account: seed.Account, campaign_id: str) -> Iterator[None]:
    """Start the flows that have a timetable again and again, through the gateway, as the panel's button does."""
    done = threading.Event()
    client = httpx2.Client(base_url=stack.urls["gateway"], headers=dict(account.client.headers), timeout=30)

    due = {name: time.monotonic() + every for name, every in TIMETABLE.items()}

    def nudge() -> None:
        while not done.wait(STEP_SECONDS):
            for name in [name for name, at in due.items() if at <= time.monotonic()]:
                # A flow that can't be started now is started at its next turn; the campaign's progress tells.
                with contextlib.suppress(httpx2.HTTPError):
                    client.post(f"/api/v1/workflows/{name}/start", json={"campaign_id": campaign_id})
                due[name] = time.monotonic() + TIMETABLE[name]

    nudger = threading.Thread(target=nudge, name="nudger", daemon=True)
    nudger.start()
    try:
        yield
    finally:
        done.set()
        nudger.join(timeout=35)
        client.close()


def _measure(stack: Stack, account: seed.Account, campaign_id: str, figures: Figures) -> None:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(
            """
            select percentile_cont(0.95) within group (order by extract(epoch from decided_at - created_at)), count(*)
            from public.replies where campaign_id = %s and decided_at is not null
            """,
            [campaign_id],
        ).fetchone()
    if row is not None and row[0] is not None:
        figures.decision_p95, figures.decisions = float(row[0]), int(row[1])
    begun = time.monotonic()
    if httpx2.get(stack.urls["panel"]).status_code == 200:
        for path in ("/me", "/dashboard/stats", "/dashboard/funnel", "/dashboard/activity"):
            account.call("GET", path)
        figures.dashboard = time.monotonic() - begun
    figures.memory = stack.memory()


def _show(stack: Stack, account: seed.Account, figures: Figures, total: float) -> None:
    console = Console(highlight=False)
    funnel = Table(title="The campaign", title_justify="left")
    funnel.add_column("Stage")
    funnel.add_column("People", justify="right")
    funnel.add_column("Of the stage before", justify="right")
    for stage in figures.funnel:
        rate = "" if stage["rate"] is None else f"{stage['rate'] * 100:.0f} %"
        funnel.add_row(STAGES[stage["stage"]], str(stage["count"]), rate)
    console.print(funnel)
    measured = Table(title="Figures", title_justify="left", show_header=False)
    measured.add_column()
    measured.add_column(justify="right")
    for name, value in _figures(figures, total):
        measured.add_row(name, value)
    console.print(measured)
    console.print(f"Panel: {stack.urls['panel']}   sign in as {account.email} / {account.password}", soft_wrap=True)
    console.print(
        f"n8n:   {stack.urls['n8n']}   API: {stack.urls['gateway']}/docs   logs: {stack.home}", soft_wrap=True
    )


def _figures(figures: Figures, total: float) -> Iterator[tuple[str, str]]:
    if figures.judged is not None:
        what = f"The first {figures.judged_people} profiles found, enriched, qualified, {figures.drafted} written to"
        yield what, f"{figures.judged:.1f} s"
    if figures.decision_p95 is not None:
        yield f"Reply stored → decision, 95th percentile of {figures.decisions}", f"{figures.decision_p95:.2f} s"
    if figures.dashboard is not None:
        yield "Dashboard: page and its data", f"{figures.dashboard:.2f} s"
    yield "The whole campaign", f"{figures.campaign:.0f} s"
    yield "Until the stack was up", f"{figures.started:.0f} s"
    yield "Everything together", f"{total:.0f} s"
    largest = sorted(figures.memory.items(), key=lambda entry: -entry[1])[:3]
    parts = ", ".join(f"{name} {used / 1e9:.2f}" for name, used in largest)
    yield f"Memory of the stack (of it: {parts})", f"{sum(figures.memory.values()) / 1e9:.2f} GB"
