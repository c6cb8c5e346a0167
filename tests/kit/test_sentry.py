"""Nothing personal and nothing secret leaves with an error report."""

from kit.sentry import scrub_event, scrub_text


def test_addresses_numbers_and_tokens_are_masked() -> None:
    text = scrub_text("jane.doe@acme.fr called +33 6 12 34 56 78 with Bearer abc.def-123")
    assert text == "[address] called [number] with Bearer [secret]"


def test_an_event_keeps_only_what_helps() -> None:
    event = scrub_event(
        {
            "user": {"email": "jane@acme.fr"},
            "request": {
                "url": "https://api.test/unsubscribe/secret",
                "data": {"email": "jane@acme.fr"},
                "cookies": {"session": "1"},
                "headers": {"Authorization": "Bearer abc", "User-Agent": "curl"},
            },
            "exception": {"values": [{"type": "ValueError", "value": "bad address jane@acme.fr"}]},
        },
        {},
    )
    assert event["request"] == {"headers": {"User-Agent": "curl"}}
    assert "user" not in event
    assert "jane" not in str(event)
