"""Log lines are JSON, carry the request's id, and hide secrets."""

import json
import logging

import pytest
import structlog

from kit.logging import configure, set_request_id


@pytest.fixture(autouse=True)
def restore_logging() -> object:
    handlers, level = logging.root.handlers, logging.root.level
    yield
    logging.root.handlers = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
    set_request_id("")


def test_a_line_is_json_with_service_and_request_id(capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO", "api_gateway")
    set_request_id("abcdef-123456")
    structlog.get_logger("test").info("campaign_launched", campaign="c1", api_key="sk-very-secret")
    logging.getLogger("library").warning("plain line of a library")
    own, foreign = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert own["event"] == "campaign_launched"
    assert (own["service"], own["request_id"], own["level"]) == ("api_gateway", "abcdef-123456", "info")
    assert own["api_key"] == "[hidden]"
    assert (foreign["event"], foreign["request_id"]) == ("plain line of a library", "abcdef-123456")
