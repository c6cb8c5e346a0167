"""`python -m ai_service.evals`: a confusion matrix and the accuracy, of the rules and of the configured provider."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from ai_service import clock
from ai_service.evals.runner import Judged, judged_by_rules, judged_by_service
from ai_service.replies.schemas import Intent
from ai_service.settings import AiServiceSettings
from kit.settings import SettingsError, load

CASES = Path(__file__).parent / "cases.jsonl"


def cases() -> list[dict[str, Any]]:
    """Every case: replies with the intent that a person would read, prospects with the decision one would take."""
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines() if line.strip()]


def matrix(judged: Iterable[Judged]) -> str:
    """Rows are what is true, columns what was answered; empty cells are zero."""
    pairs = Counter((one.expected, one.answered) for one in judged)
    names = [name for name in get_args(Intent) if any(name in pair for pair in pairs)]
    width = max(len(name) for name in names)
    lines = [" " * width + " " + " ".join(f"{name[:6]:>6}" for name in names)]
    for expected in names:
        cells = " ".join(f"{pairs[expected, answered] or '':>6}" for answered in names)
        lines.append(f"{expected:<{width}} {cells}")
    return "\n".join(lines)


def accuracy(judged: list[Judged]) -> str:
    """The share answered right, in words."""
    right = sum(one.expected == one.answered for one in judged)
    return f"{right}/{len(judged)} = {right / len(judged):.1%}"


def report(name: str, judged: list[Judged]) -> str:
    """The figures of one source, with each case that it got wrong."""
    replies = [one for one in judged if one.kind == "reply"]
    qualifications = [one for one in judged if one.kind == "qualification"]
    wrong = [f"  {one.expected} → {one.answered}: {one.shown}" for one in judged if one.expected != one.answered]
    alone = [one for one in replies if one.sent_alone]
    bad = sum(one.expected not in {"interested", "meeting_request"} for one in alone)
    return "\n".join(
        [
            f"== {name}",
            f"replies: {accuracy(replies)}; answered without a human: {len(alone)}, of which wrongly: {bad}",
            matrix(replies),
            f"qualifications: {accuracy(qualifications)}",
            *(["wrong:", *wrong] if wrong else []),
            "",
        ]
    )


def main() -> int:
    """Print the figures; 0 unless the rules answer somebody without a human who did not ask for it."""
    known = cases()
    by_rules = judged_by_rules(known, today=clock.today())
    out = sys.stdout.write
    out(report("rules alone", by_rules) + "\n")
    try:
        settings = load(AiServiceSettings)
    except SettingsError:
        settings = None
    if settings and (settings.anthropic_api_key or settings.openai_api_key):
        for source, judged in asyncio.run(judged_by_service(known, settings)).items():
            out(report(f"answered by {source}", judged) + "\n")
    else:
        out("no model key in the environment: the rules only\n")
    wrongly = [one for one in by_rules if one.sent_alone and one.expected not in {"interested", "meeting_request"}]
    return 1 if wrongly else 0


if __name__ == "__main__":
    sys.exit(main())
