"""What the gateway is told by its environment."""

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from kit.sealing import Keyring
from kit.settings import Key32, ServiceSettings

DAY_SECONDS = 86_400


class Settings(ServiceSettings):
    """Environment variables of api_gateway; each is described in `.env.example`."""

    database_url: SecretStr
    supabase_url: str
    supabase_publishable_key: str
    supabase_secret_key: SecretStr | None = None
    supabase_jwt_secret: SecretStr | None = None
    public_url: str
    panel_url: str
    n8n_url: str
    n8n_webhook_token: SecretStr
    workflow_token: SecretStr
    credentials_keys: SecretStr
    unsubscribe_key: Key32
    private_hosts_allowed: str = ""
    sequence_day_seconds: float = Field(default=DAY_SECONDS, gt=0)
    rate_limit_person_per_minute: int = Field(default=600, gt=0)
    rate_limit_organization_per_minute: int = Field(default=3_000, gt=0)
    rate_limit_webhook_per_minute: int = Field(default=30_000, gt=0)

    instantly_base_url: str = "https://api.instantly.ai"
    phantombuster_base_url: str = "https://api.phantombuster.com"
    calcom_base_url: str = "https://api.cal.com"
    calendly_base_url: str = "https://api.calendly.com"
    resend_base_url: str = "https://api.resend.com"
    twilio_base_url: str = "https://api.twilio.com"
    anthropic_base_url: str = "https://api.anthropic.com"
    openai_base_url: str = "https://api.openai.com/v1"

    @field_validator("supabase_url", "public_url", "panel_url", "n8n_url", mode="after")
    @classmethod
    def _without_final_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("credentials_keys", mode="after")
    @classmethod
    def _is_a_keyring(cls, value: SecretStr) -> SecretStr:
        Keyring.parse(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _no_shortcut_in_production(self) -> Self:
        if self.environment != "production":
            return self
        if self.supabase_jwt_secret is not None:
            raise ValueError("SUPABASE_JWT_SECRET (HS256) is for the laptop; production checks tokens by JWKS")
        if self.private_hosts_allowed:
            raise ValueError("PRIVATE_HOSTS_ALLOWED is for the laptop; production connects to public hosts only")
        if self.sequence_day_seconds != DAY_SECONDS:
            raise ValueError("SEQUENCE_DAY_SECONDS must be 86400 in production")
        return self
