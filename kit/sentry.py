"""Sentry, only when a DSN is set, and without a word about a person."""

import re
from typing import Any, cast

import sentry_sdk
from sentry_sdk.types import Event, Hint

from kit.logging import current_request_id
from kit.redaction import redact

_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_LONG_DIGITS = re.compile(r"\+?\d[\d .()-]{7,}\d")
_BEARER = re.compile(r"(?i)(bearer\s+|(?:key|token|secret)=)[\w.\-~+/=]+")
_KEPT_HEADERS = frozenset({"accept", "content-type", "content-length", "user-agent", "x-request-id"})


def scrub_text(text: str) -> str:
    """Leave out known secrets; mask e-mail addresses, phone numbers and bearer tokens in free text."""
    text = redact(text)
    return _BEARER.sub(r"\1[secret]", _LONG_DIGITS.sub("[number]", _ADDRESS.sub("[address]", text)))


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, dict):
        return {key: _scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_scrub(item) for item in value]
    return value


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {_redacted(key): _redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item) for item in value]
    return value


def scrub_event(event: Event, _: Hint) -> Event:
    """Drop bodies, cookies, query strings, addresses and users; mask what is left. For `before_send`."""
    request = event.get("request")
    if isinstance(request, dict):
        for name in ("data", "cookies", "query_string", "env", "url"):
            request.pop(name, None)
        headers: dict[str, str] = request.get("headers") or {}  # type: ignore[assignment]
        request["headers"] = {name: value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
    event.pop("user", None)
    for name in ("message", "logentry", "exception", "breadcrumbs", "extra"):
        if name in event:
            event[name] = _scrub(event[name])  # type: ignore[literal-required]
    event = cast("Event", _redacted(event))
    if request_id := current_request_id():
        event.setdefault("tags", {})["request_id"] = request_id
    return event


def init(dsn: str | None, *, environment: str, release: str, service: str) -> None:
    """Start Sentry for `service`; does nothing without a DSN."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        before_send=scrub_event,
    )
    sentry_sdk.set_tag("service", service)
