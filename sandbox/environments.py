"""What each part is told by its environment: the variables of `.env.example`, with this stack's ports and secrets."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.ports import HOST, Ports
from sandbox.settings import Secrets
from sandbox.supervisor import REPOSITORY

# Taken over from whoever starts the stack: where programs and temporary files are, and the way to the internet.
INHERITED = (
    *("PATH", "HOME", "LANG", "TMPDIR", "TZ"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
DEMO_EMAIL = "demo@sales-machine.example"


@dataclass(frozen=True, slots=True)
class Environments:
    """Builds the environment of each part. `overrides` win over everything and reach every part of ours."""

    ports: Ports
    secrets: Secrets
    with_standins: bool = True
    day_seconds: float = 86_400.0
    overrides: Mapping[str, str] = field(default_factory=dict)

    @property
    def urls(self) -> dict[str, str]:
        """The address of everything with one."""
        ports = self.ports
        by_name = {
            "panel": ports.panel,
            "gateway": ports.gateway,
            "ai": ports.ai_service,
            "supabase": ports.supabase,
            "upstash": ports.upstash,
            "n8n": ports.n8n,
            "phantombuster": ports.standins,
            "instantly": ports.standins + 1,
            "calcom": ports.standins + 2,
            "anthropic": ports.standins + 3,
            "openai": ports.standins + 4,
            "resend": ports.standins + 5,
            "twilio": ports.standins + 6,
            "calendly": ports.standins + 8,
        }
        return {name: f"http://{HOST}:{port}" for name, port in by_name.items()}

    def base(self) -> dict[str, str]:
        """What every process of ours gets."""
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(REPOSITORY), **self.overrides}

    def services(self) -> dict[str, str]:
        """What both services share."""
        return {
            **self.base(),
            "ENVIRONMENT": "development",
            "LOG_LEVEL": "INFO",
            "VERSION": version(),
            "UPSTASH_REDIS_REST_URL": self.urls["upstash"],
            "UPSTASH_REDIS_REST_TOKEN": self.secrets.upstash_token,
            "GRANT_KEY": self.secrets.grant_key,
        }

    def gateway(self, database_url: str) -> dict[str, str]:
        """api_gateway and its worker. With stand-ins, the vendors' addresses are theirs."""
        urls, secrets = self.urls, self.secrets
        vendors = {
            "INSTANTLY_BASE_URL": urls["instantly"],
            "PHANTOMBUSTER_BASE_URL": urls["phantombuster"],
            "CALCOM_BASE_URL": urls["calcom"],
            "CALENDLY_BASE_URL": urls["calendly"],
            "RESEND_BASE_URL": urls["resend"],
            "TWILIO_BASE_URL": urls["twilio"],
            "ANTHROPIC_BASE_URL": urls["anthropic"],
            "OPENAI_BASE_URL": f"{urls['openai']}/v1",
            "PRIVATE_HOSTS_ALLOWED": HOST,
        }
        return {
            **self.services(),
            "DATABASE_URL": database_url,
            "SUPABASE_URL": urls["supabase"],
            "SUPABASE_PUBLISHABLE_KEY": secrets.publishable_key,
            "SUPABASE_SECRET_KEY": secrets.secret_key,
            "SUPABASE_JWT_SECRET": secrets.jwt_secret,
            "PUBLIC_URL": urls["gateway"],
            "PANEL_URL": urls["panel"],
            "N8N_URL": urls["n8n"],
            "N8N_WEBHOOK_TOKEN": secrets.n8n_webhook_token,
            "WORKFLOW_TOKEN": secrets.workflow_token,
            "CREDENTIALS_KEYS": f"1:{secrets.credentials_key}",
            "UNSUBSCRIBE_KEY": secrets.unsubscribe_key,
            "SEQUENCE_DAY_SECONDS": f"{self.day_seconds:g}",
            **(vendors if self.with_standins else {}),
            **self.overrides,
        }

    def ai_service(self) -> dict[str, str]:
        """ai_service. With stand-ins, both models are theirs; without, the keys of whoever starts the stack."""
        urls = self.urls
        if self.with_standins:
            models = {
                "ANTHROPIC_API_KEY": "stand-in",
                "ANTHROPIC_BASE_URL": urls["anthropic"],
                "OPENAI_API_KEY": "stand-in",
                "OPENAI_BASE_URL": f"{urls['openai']}/v1",
            }
        else:
            names = ("ANTHROPIC_API_KEY", "ANTHROPIC_MODEL", "OPENAI_API_KEY", "OPENAI_MODEL")
            models = {name: os.environ[name] for name in names if os.environ.get(name)}
        return {**self.services(), "AI_SERVICE_TOKEN": self.secrets.ai_service_token, **models, **self.overrides}

    def workflows(self) -> dict[str, str]:
        """What `python -m n8n_workflows render` fills into the workflows and their credentials."""
        return {
            **self.base(),
            "API_GATEWAY_URL": self.urls["gateway"],
            "AI_SERVICE_URL": self.urls["ai"],
            "WORKFLOW_TOKEN": self.secrets.workflow_token,
            "AI_SERVICE_TOKEN": self.secrets.ai_service_token,
            "N8N_WEBHOOK_TOKEN": self.secrets.n8n_webhook_token,
            "N8N_URL": self.urls["n8n"],
            **self.overrides,
        }

    def panel(self) -> dict[str, str]:
        """The panel's variables, served at run time as /env.js and given to vite in development."""
        return {
            "VITE_SUPABASE_URL": self.urls["supabase"],
            "VITE_SUPABASE_PUBLISHABLE_KEY": self.secrets.publishable_key,
            "VITE_API_BASE_URL": self.urls["gateway"],
            "VITE_SENTRY_DSN": self.overrides.get("VITE_SENTRY_DSN", ""),
            "VITE_SIGN_IN_HINT": self.overrides.get("VITE_SIGN_IN_HINT", ""),
        }


def version() -> str:
    """The commit that runs, or `unknown` outside a repository."""
    try:
        ended = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
    except OSError:
        return "unknown"
    return ended.stdout.strip() or "unknown"
