"""Anthropic's Messages API through its SDK, with native structured output."""

import anthropic
from anthropic import AsyncAnthropic, Omit, omit
from anthropic.types import Message, OutputConfigParam, ThinkingConfigParam
from pydantic import ValidationError

from ai_service.models.port import Completion, ModelFailed, ProviderName, Question, Tokens
from ai_service.settings import AiServiceSettings


class AnthropicModel:
    """Asks the configured Claude model. Keys are passed per call and kept nowhere."""

    name: ProviderName = "anthropic"

    def __init__(self, settings: AiServiceSettings) -> None:
        self.model = settings.anthropic_model
        self.input_usd_per_million = settings.anthropic_input_usd_per_million
        self.output_usd_per_million = settings.anthropic_output_usd_per_million
        self._client = AsyncAnthropic(
            api_key="given with each call",
            base_url=settings.anthropic_base_url,
            max_retries=0,
        )
        self._effort = settings.anthropic_effort
        self._thinking: ThinkingConfigParam | Omit = omit
        match settings.anthropic_thinking:
            case "between_tools":
                self._thinking = {"type": "between_tools"}
            case "adaptive":
                self._thinking = {"type": "adaptive"}
            case "disabled":
                self._thinking = {"type": "disabled"}

    async def complete(self, question: Question, *, api_key: str, timeout_s: float) -> Completion:
        """Ask once. Raises ModelFailed."""
        output_config: OutputConfigParam = {"format": {"type": "json_schema", "schema": question.schema}}
        if self._effort != "omit":
            output_config["effort"] = self._effort
        try:
            message: Message = await self._client.with_options(api_key=api_key).messages.create(
                model=self.model,
                max_tokens=question.max_output_tokens,
                system=[{"type": "text", "text": question.system, "cache_control": {"type": "ephemeral"}}],
                messages=[{"role": "user", "content": question.user}],
                output_config=output_config,
                thinking=self._thinking,
                timeout=timeout_s,
            )
        except anthropic.APIError as error:
            raise _failure(error) from None
        usage = message.usage
        tokens = Tokens(
            input=usage.input_tokens + (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0),
            output=usage.output_tokens,
        )
        if message.stop_reason == "refusal":
            raise ModelFailed("refused", tokens=tokens)
        text = "".join(block.text for block in message.content if block.type == "text")
        try:
            return Completion(question.output.model_validate_json(text), tokens)
        except ValidationError:
            raise ModelFailed("invalid", tokens=tokens) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _failure(error: anthropic.APIError) -> ModelFailed:
    if isinstance(error, anthropic.APITimeoutError):
        return ModelFailed("timeout")
    if isinstance(error, anthropic.APIConnectionError):
        return ModelFailed("connection")
    if not isinstance(error, anthropic.APIStatusError):
        return ModelFailed("invalid")
    return status_failure(error.status_code, error.response.headers.get("retry-after"))


def status_failure(status: int, retry_after: str | None) -> ModelFailed:
    """The failure that an HTTP status means, for either provider."""
    wait = float(retry_after) if retry_after and retry_after.replace(".", "", 1).isdigit() else None
    if status == 429:
        return ModelFailed("rate_limited", retry_after_s=wait)
    if status in {408, 409} or status >= 500:
        return ModelFailed("overloaded", retry_after_s=wait)
    return ModelFailed("rejected")
