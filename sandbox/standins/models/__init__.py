"""The two model providers: they read the facts in a prompt and answer in the schema that was asked for."""

from sandbox.standins.models.anthropic import Anthropic
from sandbox.standins.models.openai import OpenAI

__all__ = ["Anthropic", "OpenAI"]
