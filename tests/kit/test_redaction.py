"""What this process knows to be secret is left out of a text, however it is written there."""

import base64
import json
import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import logging as own_logging
from kit import redaction
from kit.errors import problem
from kit.redaction import HIDDEN, redact, remember
from kit.sentry import scrub_event, scrub_text

SECRET = 'pb-canary+/"é=0123456789'


@pytest.fixture(autouse=True)
def forgetful() -> None:
    redaction._known.clear()


@pytest.mark.parametrize(
    "text",
    [
        f"Bearer {SECRET} is not valid",
        f"https://x.example/?api_token={quote(SECRET, safe='')}&x=1",
        json.dumps({"said": SECRET}),
        *(base64.b64encode(f"{'u' * n}:{SECRET}:tail".encode()).decode() for n in range(1, 5)),
        *(base64.urlsafe_b64encode(f"{'u' * n}:{SECRET}".encode()).decode() for n in range(1, 5)),
        SECRET.encode().hex(),
    ],
)
def test_every_form_is_left_out(text: str) -> None:
    assert redact(text) == text
    remember(SECRET)
    assert HIDDEN in redact(text)
    core = SECRET[:9]
    for form in (core, quote(core, safe=""), core.encode().hex()):
        assert form not in redact(text)


@given(secret=st.text(min_size=8, max_size=60), before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_in_base64_nothing_but_its_edges_is_left(secret: str, before: bytes, after: bytes) -> None:
    redaction._known.clear()
    remember(secret)
    whole = base64.b64encode(before + secret.encode() + after).decode()
    assert HIDDEN in redact(whole)


def test_a_short_one_is_not_remembered_because_it_would_hide_words() -> None:
    remember("short")
    assert redact("a short word") == "a short word"


def test_the_oldest_are_forgotten() -> None:
    for number in range(redaction.MOST + 1):
        remember(f"secret-number-{number:05}")
    assert redact("secret-number-00000") == "secret-number-00000"
    assert redact("secret-number-00001") == HIDDEN


def test_logs_errors_and_reports_leave_it_out(capsys: pytest.CaptureFixture[str]) -> None:
    remember(SECRET)
    before = (logging.root.handlers, logging.root.level)
    try:
        own_logging.configure("INFO", "test")
        try:
            raise ValueError(f"the vendor said {SECRET}")
        except ValueError:
            logging.getLogger("a.library").exception("call %s failed", SECRET)
    finally:
        logging.root.handlers, logging.root.level = before
    line = json.loads(capsys.readouterr().out)
    assert HIDDEN in line["event"]
    assert HIDDEN in line["exception"]
    assert "pb-canary" not in json.dumps(line)
    assert HIDDEN in bytes(problem(502, f"It said {SECRET}", "vendor_failed").body).decode()
    assert scrub_text(f"said {SECRET}") == f"said {HIDDEN}"
    event = scrub_event({"contexts": {"x": {"y": f"said {SECRET}"}}, "transaction": SECRET}, {})
    assert "pb-canary" not in json.dumps(event)
