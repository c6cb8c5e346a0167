"""What the service asks of a model provider, whichever it is.

ModelFailed
├── kind timeout, connection, rate_limited, overloaded   passing: tried once more, then the next provider
├── kind refused, invalid                                the model would not, or answered out of shape: the same
└── kind rejected                                        our key or request is at fault: the next provider at once
"""

# ruff: noqa: N818 - an error is named after the fact it states

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

ProviderName = Literal["anthropic", "openai"]
FailureKind = Literal["timeout", "connection", "rate_limited", "overloaded", "refused", "invalid", "rejected"]


@dataclass(frozen=True)
class Tokens:
    """What one attempt used. Cached input counts in full: the caps err on the safe side."""

    input: int = 0
    output: int = 0


class ModelFailed(Exception):
    """A provider gave no usable answer. Carries no text of the request or the answer, so it may be logged."""

    def __init__(self, kind: FailureKind, *, tokens: Tokens | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(kind)
        self.kind: FailureKind = kind
        self.tokens = tokens or Tokens()
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Question:
    """One structured question: `system` never changes for a prompt version, `user` holds the data."""

    name: str
    system: str
    user: str
    output: type[BaseModel]
    schema: dict[str, Any]
    max_output_tokens: int


@dataclass(frozen=True)
class Completion:
    """A well-formed answer; whether it is acceptable is decided by the caller."""

    output: BaseModel
    tokens: Tokens


class Provider(Protocol):
    """A paid model behind its SDK."""

    model: str
    input_usd_per_million: float
    output_usd_per_million: float

    @property
    def name(self) -> ProviderName: ...

    async def complete(self, question: Question, *, api_key: str, timeout_s: float) -> Completion:
        """Ask once, without retries. Raises ModelFailed."""

    async def close(self) -> None:
        """Close the connections."""


def cost_usd(provider: Provider, tokens: Tokens) -> float:
    """What so many tokens cost with this provider, in dollars."""
    return (tokens.input * provider.input_usd_per_million + tokens.output * provider.output_usd_per_million) / 1e6
