"""Both model providers through their real SDKs, over the wire."""

import json
import time
from typing import Any, Literal

import anthropic
import openai
import pytest
from anthropic import Anthropic
from openai import OpenAI
from pydantic import BaseModel, ConfigDict

from ai_service.enrichments import service as enrichments
from ai_service.messages import service as messages
from ai_service.qualifications import service as qualifications
from ai_service.replies import service as replies
from ai_service.sources import Task
from sandbox.standins.models.facts import read
from sandbox.standins.models.schema import fit
from tests.standins.conftest import Vendor

FACTS = {
    "answer_language": "fr",
    "today": "2026-11-20",
    "kind": "email",
    "channel": "email",
    "variants": 2,
    "prospect": {
        "first_name": "Camille",
        "last_name": "Vautrin",
        "title": "VP Sales",
        "recent_posts": 5,
        "recent_activity": [{"text": "On en parle trop peu : la dette technique.", "date": "2026-11-10"}],
    },
    "company": {"name": "Tervaux", "industry": "Software Development", "size": 150},
    "icp": {"industries": ["Software Development"]},
    "sender": {"first_name": "Léa", "value_proposition": "Nous aidons les équipes commerciales."},
    "reply": {"subject": "Re: une idée", "text": "D'accord pour un appel, envoyez-moi votre calendrier."},
}
PROMPT = f"The boundary is data-1.\ndata-1\n{json.dumps(FACTS)}\ndata-1"


class Mood(BaseModel):
    model_config = ConfigDict(extra="forbid")
    intent: Literal["interested", "meeting_request", "other"]
    confidence: float
    note: str | None


@pytest.fixture
def claude(vendors: dict[str, Vendor]) -> Any:
    with Anthropic(api_key="key", base_url=vendors["anthropic"].url, max_retries=0) as client:
        yield client


@pytest.fixture
def gpt(vendors: dict[str, Vendor]) -> Any:
    with OpenAI(api_key="key", base_url=f"{vendors['openai'].url}/v1", max_retries=0) as client:
        yield client


def ask(claude: Anthropic, schema: dict[str, Any] | None = None, **more: Any) -> anthropic.types.Message:
    config: Any = {"format": {"type": "json_schema", "schema": schema}} if schema else anthropic.omit
    given: dict[str, Any] = {"max_tokens": 4000, "messages": [{"role": "user", "content": PROMPT}]} | more
    answer: anthropic.types.Message = claude.messages.create(model="claude-x", output_config=config, **given)
    return answer


def text_of(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


SCHEMA = anthropic.transform_schema(Mood)
TASKS: list[Task[Any]] = [enrichments.TASK, qualifications.TASK, messages.TASK, replies.TASK]


class TestAnthropic:
    def test_answers_in_the_schema_of_the_sdk(self, claude: Anthropic) -> None:
        parsed = claude.messages.parse(
            model="claude-x", max_tokens=500, messages=[{"role": "user", "content": PROMPT}], output_format=Mood
        )
        assert parsed.parsed_output is not None
        assert parsed.parsed_output.intent == "meeting_request"
        assert parsed.usage.output_tokens > 0
        assert parsed.id.startswith("msg_")

    @pytest.mark.parametrize("task", TASKS, ids=lambda task: str(task.name))
    def test_answers_every_question_of_the_ai_service(self, claude: Anthropic, task: Task[Any]) -> None:
        task.output.model_validate_json(text_of(ask(claude, task.schema)))

    def test_uses_a_forced_tool(self, claude: Anthropic) -> None:
        tool: Any = {"name": "judge", "description": "", "input_schema": SCHEMA}
        answer = ask(claude, tools=[tool], tool_choice={"type": "tool", "name": "judge"})
        assert answer.stop_reason == "tool_use"
        (block,) = answer.content
        assert block.type == "tool_use"
        assert Mood.model_validate(block.input).intent == "meeting_request"

    def test_counts_the_cached_prompt(self, claude: Anthropic) -> None:
        system: Any = [{"type": "text", "text": "x" * 400, "cache_control": {"type": "ephemeral"}}]
        first, second = (ask(claude, SCHEMA, system=system).usage for _ in range(2))
        assert (first.cache_creation_input_tokens, first.cache_read_input_tokens) == (100, 0)
        assert (second.cache_creation_input_tokens, second.cache_read_input_tokens) == (0, 100)

    def test_stops_at_max_tokens(self, claude: Anthropic) -> None:
        answer = ask(claude, SCHEMA, max_tokens=3)
        assert answer.stop_reason == "max_tokens"

    @pytest.mark.parametrize(
        ("status", "error"),
        [(429, anthropic.RateLimitError), (529, anthropic.APIStatusError), (500, anthropic.InternalServerError)],
    )
    def test_fails_as_the_sdk_expects(
        self, claude: Anthropic, vendors: dict[str, Vendor], status: int, error: type[anthropic.APIStatusError]
    ) -> None:
        vendors["anthropic"].behave("fail", status=status, times=1)
        with pytest.raises(error) as caught:
            ask(claude)
        assert caught.value.status_code == status
        body: Any = caught.value.body
        assert body["error"]["type"] == {429: "rate_limit_error", 529: "overloaded_error", 500: "api_error"}[status]
        assert caught.value.request_id

    def test_refuses_a_wrong_key_and_an_open_schema(self, claude: Anthropic) -> None:
        with pytest.raises(anthropic.AuthenticationError):
            ask(claude.with_options(api_key="invalid"))
        with pytest.raises(anthropic.BadRequestError, match="additionalProperties"):
            ask(claude, {"type": "object", "properties": {"a": {"type": "string"}}})
        bounded = {
            "type": "object",
            "properties": {"a": {"type": "integer", "minimum": 1}},
            "additionalProperties": False,
        }
        with pytest.raises(anthropic.BadRequestError, match="minimum"):
            ask(claude, bounded)

    def test_lies(self, claude: Anthropic, vendors: dict[str, Vendor]) -> None:
        for lie in ("nonsense", "truncated", "empty"):
            vendors["anthropic"].behave("lie", "POST /v1/messages", lie=lie, times=1)
            with pytest.raises(ValueError, match="JSON"):
                Mood.model_validate_json(text_of(ask(claude, SCHEMA)))
        vendors["anthropic"].behave("lie", "POST /v1/messages", lie="hostile", times=1)
        hostile = Mood.model_validate_json(text_of(ask(claude, SCHEMA)))
        assert hostile.note is not None
        assert "https://" in hostile.note
        vendors["anthropic"].behave("lie", "POST /v1/messages", lie="refusal", times=1)
        assert ask(claude, SCHEMA).stop_reason == "refusal"

    def test_thinks_as_long_as_it_is_told(self, claude: Anthropic, vendors: dict[str, Vendor]) -> None:
        vendors["anthropic"].control("configure", latency_s=0.2)
        started = time.monotonic()
        ask(claude)
        vendors["anthropic"].control("configure", latency_s=0)
        assert time.monotonic() - started > 0.15


class TestOpenAI:
    def test_answers_in_the_schema_of_the_sdk(self, gpt: OpenAI) -> None:
        parsed = gpt.responses.parse(model="gpt-x", input=PROMPT, text_format=Mood)
        assert parsed.output_parsed is not None
        assert parsed.output_parsed.intent == "meeting_request"
        assert parsed.usage is not None
        assert parsed.usage.total_tokens == parsed.usage.input_tokens + parsed.usage.output_tokens

    def test_answers_chat_completions(self, gpt: OpenAI) -> None:
        completion = gpt.chat.completions.parse(
            model="gpt-x", messages=[{"role": "user", "content": PROMPT}], response_format=Mood
        )
        message = completion.choices[0].message
        assert message.parsed is not None
        assert message.parsed.intent == "meeting_request"

    @pytest.mark.parametrize("task", TASKS, ids=lambda task: str(task.name))
    def test_answers_every_question_of_the_ai_service(self, gpt: OpenAI, task: Task[Any]) -> None:
        wanted: Any = {"format": {"type": "json_schema", "name": task.name, "strict": True, "schema": task.schema}}
        task.output.model_validate_json(gpt.responses.create(model="gpt-x", input=PROMPT, text=wanted).output_text)

    def test_refuses_a_schema_with_an_optional_key(self, gpt: OpenAI) -> None:
        schema = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
        wanted: Any = {"format": {"type": "json_schema", "name": "x", "strict": True, "schema": schema}}
        with pytest.raises(openai.BadRequestError, match="'a'"):
            gpt.responses.create(model="gpt-x", input=PROMPT, text=wanted)

    @pytest.mark.parametrize(
        ("status", "error"),
        [(429, openai.RateLimitError), (503, openai.InternalServerError), (401, openai.AuthenticationError)],
    )
    def test_fails_as_the_sdk_expects(
        self, gpt: OpenAI, vendors: dict[str, Vendor], status: int, error: type[openai.APIStatusError]
    ) -> None:
        vendors["openai"].behave("fail", status=status, times=1)
        with pytest.raises(error):
            gpt.responses.create(model="gpt-x", input=PROMPT)

    def test_lies_refuses_and_stops(self, gpt: OpenAI, vendors: dict[str, Vendor]) -> None:
        vendors["openai"].behave("lie", "POST /v1/responses", lie="refusal", times=1)
        (item,) = gpt.responses.create(model="gpt-x", input=PROMPT).output
        assert item.type == "message"
        assert item.content[0].type == "refusal"
        cut = gpt.responses.create(model="gpt-x", input=PROMPT, max_output_tokens=1)
        assert cut.incomplete_details is not None
        assert cut.incomplete_details.reason == "max_output_tokens"


class TestGeneration:
    def test_finds_the_facts_wherever_they_stand(self) -> None:
        facts = read('Text {not json} <a>{"prospect": {"first_name": "A"}}</a> and {"kind": "sms"} end')
        assert facts.text("prospect", "first_name") == "A"
        assert facts.text("kind") == "sms"

    @pytest.mark.parametrize(
        ("schema", "proposal", "fitted"),
        [
            ({"enum": ["a", "unknown"]}, "z", "unknown"),
            ({"type": "integer", "description": "{maximum: 25, minimum: 0}"}, 90, 25),
            ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, None),
            ({"type": ["string", "null"]}, "x", "x"),
            ({"type": "array", "items": {"type": "string"}, "minItems": 2}, ["a"], ["a", ""]),
            ({"type": "string", "maxLength": 2}, "abc", "ab"),
            ({"type": "boolean"}, None, False),
        ],
    )
    def test_fits_any_schema(self, schema: dict[str, Any], proposal: Any, fitted: Any) -> None:
        wrapped = {"type": "object", "properties": {"x": schema}, "required": ["x"]}
        assert fit(wrapped, {"x": proposal}) == {"x": fitted}
