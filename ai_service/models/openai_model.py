"""OpenAI's Responses API through its SDK, with native structured output."""

from typing import Any

import openai
from openai import AsyncOpenAI
from pydantic import ValidationError

from ai_service.models.anthropic_model import status_failure
from ai_service.models.port import Completion, ModelFailed, ProviderName, Question, Tokens
from ai_service.settings import AiServiceSettings


class OpenAiModel:
    """Asks the configured OpenAI model. Keys are passed per call and kept nowhere."""

    name: ProviderName = "openai"

    def __init__(self, settings: AiServiceSettings) -> None:
        self.model = settings.openai_model
        self.input_usd_per_million = settings.openai_input_usd_per_million
        self.output_usd_per_million = settings.openai_output_usd_per_million
        self._client = AsyncOpenAI(api_key="given with each call", base_url=settings.openai_base_url, max_retries=0)
        self._extra: dict[str, Any] = {}
        if settings.openai_effort != "omit":
            self._extra["reasoning"] = {"effort": settings.openai_effort}

    async def complete(self, question: Question, *, api_key: str, timeout_s: float) -> Completion:
        """Ask once. Raises ModelFailed."""
        try:
            response = await self._client.with_options(api_key=api_key).responses.create(
                model=self.model,
                instructions=question.system,
                input=question.user,
                max_output_tokens=question.max_output_tokens,
                text={
                    "format": {"type": "json_schema", "name": question.name, "strict": True, "schema": question.schema}
                },
                # The data of prospects is not to be kept by the provider.
                store=False,
                timeout=timeout_s,
                **self._extra,
            )
        except openai.APIError as error:
            raise _failure(error) from None
        tokens = Tokens()
        if response.usage:
            tokens = Tokens(input=response.usage.input_tokens, output=response.usage.output_tokens)
        parts = [part for item in response.output if item.type == "message" for part in item.content]
        if any(part.type == "refusal" for part in parts):
            raise ModelFailed("refused", tokens=tokens)
        if response.incomplete_details and response.incomplete_details.reason == "content_filter":
            raise ModelFailed("refused", tokens=tokens)
        try:
            return Completion(question.output.model_validate_json(response.output_text), tokens)
        except ValidationError:
            raise ModelFailed("invalid", tokens=tokens) from None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


def _failure(error: openai.APIError) -> ModelFailed:
    if isinstance(error, openai.APITimeoutError):
        return ModelFailed("timeout")
    if isinstance(error, openai.APIConnectionError):
        return ModelFailed("connection")
    if not isinstance(error, openai.APIStatusError):
        return ModelFailed("invalid")
    return status_failure(error.status_code, error.response.headers.get("retry-after"))
