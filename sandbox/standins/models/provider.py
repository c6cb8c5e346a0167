"""What both providers share: thinking time, token counts, and the ledger line of an answer."""

import asyncio
import random
from typing import Any, ClassVar

from starlette.requests import Request

from sandbox.standins.ledger import digest
from sandbox.standins.models import thinking
from sandbox.standins.models.schema import JsonSchema
from sandbox.standins.standin import Standin

CHARACTERS_PER_TOKEN = 4


def tokens(text: str) -> int:
    """About how many tokens a text has."""
    return max(1, len(text) // CHARACTERS_PER_TOKEN)


class Provider(Standin):
    """A model behind a paid API. Settings: `latency_s`, seconds that an answer takes."""

    keeps_bodies: ClassVar[bool] = False
    settings: ClassVar[frozenset[str]] = frozenset({"latency_s", "requests_per_minute"})
    latency_s: float | None = None
    requests_per_minute = 0

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings; `requests_per_minute` 0 means no limit."""
        super().configure(values)
        self.latency_s = float(values.get("latency_s", self.latency)) if "latency_s" in values else self.latency_s
        self.requests_per_minute = int(values.get("requests_per_minute", self.requests_per_minute))

    @property
    def latency(self) -> float:
        """How long an answer takes, in seconds."""
        return self.options.model_latency_s if self.latency_s is None else self.latency_s

    async def think(self, request: Request, prompt: str, schema: JsonSchema | None) -> str:
        """Take the time a model takes, then answer, or lie when the call was told to."""
        wait = self.latency * random.uniform(0.9, 1.1)
        if wait > 0:
            await asyncio.sleep(wait)
        lying = "lie" in request.scope
        text = thinking.lie(request.scope["lie"], prompt, schema) if lying else thinking.answer(prompt, schema)
        self.effect("answered", digest(prompt, text), characters=len(text), lied=lying)
        return text

    def over_limit(self, key: str) -> bool:
        """Whether this call is one too many in this minute."""
        return self.requests_per_minute > 0 and not self.allowed(f"minute:{key}", self.requests_per_minute, 60)


def text_of(content: Any) -> str:
    """The text of a message's content, given as a string or as blocks."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(block.get("text", "")) for block in content if isinstance(block, dict))
    return ""
