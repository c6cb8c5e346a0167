"""An alert speaks in sentences."""

import pytest

from api_gateway.notifications.wording import MOST, in_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            '500 - "{\\"title\\":\\"Internal error\\",\\"status\\":500,\\"detail\\":\\"Something broke here.\\"}"',
            "the answer was 500 (Internal Server Error): Something broke here.",
        ),
        ('{"statusCode": 429, "error": {"message": "Too many requests"}}', "Too many requests."),
        ('503 {"error": "overloaded"}', "the answer was 503 (Service Unavailable): overloaded."),
        ('{"status": 404}', "the answer was 404 (Not Found)."),
        ("{}", "the answer could not be understood."),
        ("the model\n is away", "the model is away."),
        ("{ no json", "{ no json."),
        ("", "no reason was given."),
    ],
)
def test_what_a_machine_said_becomes_a_sentence(error: str, words: str) -> None:
    assert in_words(error) == words


def test_no_sentence_is_endless() -> None:
    assert len(in_words("x" * 10_000)) == MOST
