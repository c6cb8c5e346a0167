"""Who calls the gateway in a test, and the settings it runs with."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

JWT_SECRET = "a-secret-of-the-tests-that-is-long-enough"
SUPABASE_URL = "http://supabase.test"
WORKFLOW_TOKEN = "token-of-n8n-in-tests"
KEY = base64.b64encode(bytes(range(32))).decode()

TEST_SETTINGS: dict[str, Any] = {
    "environment": "test",
    "log_level": "ERROR",
    # Nobody listens there: limits are counted in the process, as when Redis is away.
    "upstash_redis_rest_url": "http://127.0.0.1:9",
    "upstash_redis_rest_token": "none-in-tests",
    "grant_key": KEY,
    "supabase_url": SUPABASE_URL,
    "supabase_publishable_key": "sb_publishable_test",
    "supabase_jwt_secret": JWT_SECRET,
    "public_url": "http://gateway.test",
    "panel_url": "http://panel.test",
    "n8n_url": "http://n8n.test",
    "n8n_webhook_token": "token-for-n8n-in-tests",
    "workflow_token": WORKFLOW_TOKEN,
    "credentials_keys": f"1:{KEY}",
    "unsubscribe_key": KEY,
    "private_hosts_allowed": "127.0.0.1,phantombuster.test:80",
    "instantly_base_url": "http://instantly.test",
    "phantombuster_base_url": "http://phantombuster.test",
    "calcom_base_url": "http://calcom.test",
    "calendly_base_url": "http://calendly.test",
    "resend_base_url": "http://resend.test",
    "twilio_base_url": "http://twilio.test",
    "anthropic_base_url": "http://anthropic.test",
    "openai_base_url": "http://openai.test/v1",
}

WORKFLOW = {"Authorization": f"Bearer {WORKFLOW_TOKEN}"}


def token(user_id: UUID, email: str = "someone@example.com", **changed: Any) -> str:
    """An access token as Supabase Auth signs them on the laptop."""
    now = datetime.now(UTC)
    claims = {
        "sub": str(user_id),
        "email": email,
        "role": "authenticated",
        "aud": "authenticated",
        "iss": f"{SUPABASE_URL}/auth/v1",
        "iat": now,
        "exp": now + timedelta(hours=1),
        **changed,
    }
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, JWT_SECRET, "HS256")


@dataclass(frozen=True)
class Someone:
    """A person with an account; `headers` is how they call the gateway."""

    user_id: UUID
    email: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {token(self.user_id, self.email)}"}


@dataclass(frozen=True)
class Tenant:
    """An organization with one person of each role."""

    id: UUID
    owner: Someone
    admin: Someone
    member: Someone
    viewer: Someone
