"""Everything that ai_service is told from outside, read once at start."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from kit.settings import ServiceSettings

Url = Annotated[str, Field(pattern=r"^https?://")]


class AiServiceSettings(ServiceSettings):
    """Settings of ai_service; with no model key at all it answers by rules."""

    ai_service_token: SecretStr = Field(
        min_length=16, description="Bearer token that n8n presents; two, separated by a comma, during a rotation."
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, description="The platform's Anthropic key; none: skipped."
    )
    anthropic_base_url: Url = Field(default="https://api.anthropic.com", description="Where Anthropic's API is.")
    anthropic_model: str = Field(default="claude-sonnet-5-5", description="The model asked first.")
    anthropic_effort: Literal["low", "medium", "high", "omit"] = Field(
        default="low", description="How hard the model works on an answer; omit for models that know no effort."
    )
    anthropic_thinking: Literal["between_tools", "adaptive", "disabled", "omit"] = Field(
        default="between_tools",
        description="How the model may think before it answers: between_tools (not at all, on current models), "
        "disabled (the same on older ones), adaptive, or omit to leave the choice to the provider.",
    )
    anthropic_input_usd_per_million: float = Field(default=2.0, ge=0, description="Price of a million input tokens.")
    anthropic_output_usd_per_million: float = Field(default=10.0, ge=0, description="Price of a million output tokens.")
    openai_api_key: SecretStr | None = Field(default=None, description="The platform's OpenAI key; none: skipped.")
    openai_base_url: Url = Field(default="https://api.openai.com/v1", description="Where OpenAI's API is.")
    openai_model: str = Field(default="gpt-5.4-mini", description="The model asked when Anthropic does not answer.")
    openai_effort: Literal["none", "minimal", "low", "medium", "high", "omit"] = Field(
        default="none", description="Reasoning effort; omit for models that know none."
    )
    openai_input_usd_per_million: float = Field(default=0.75, ge=0, description="Price of a million input tokens.")
    openai_output_usd_per_million: float = Field(default=4.5, ge=0, description="Price of a million output tokens.")
    model_timeout_s: float = Field(default=8.0, gt=0, description="Seconds that one attempt at a model may take.")
    model_deadline_s: float = Field(
        default=25.0, gt=0, description="Seconds after which a call gets the rules' answer."
    )
    generation_limit_per_hour: int = Field(
        default=100,
        ge=1,
        description="Calls of each kind that an organisation may make to models per hour; then the rules answer.",
    )
    call_token_cap: int = Field(default=16_000, ge=1_000, description="Tokens, in and out, that one attempt may use.")
    call_cost_cap_usd: float = Field(default=0.10, gt=0, description="What one attempt may cost.")
    organization_daily_token_cap: int = Field(default=5_000_000, ge=1, description="Tokens per organisation and day.")
    organization_daily_cost_cap_usd: float = Field(default=20.0, gt=0, description="Dollars per organisation and day.")
