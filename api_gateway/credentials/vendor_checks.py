"""One harmless call per vendor that tells whether a key works."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx2

from api_gateway.credentials.sealed import OpenCredential
from api_gateway.providers import registry
from api_gateway.providers.smtp import Smtp
from api_gateway.settings import Settings

CHECK_LIMIT_S = 8.0
CALCOM_VERSION = "2024-08-13"
ANTHROPIC_VERSION = "2023-06-01"

_REFUSED = "The service refuses the key; copy it again, with the rights it needs."
_REFUSALS = {
    401: _REFUSED,
    403: _REFUSED,
    402: "The service accepts the key, but the plan is not paid.",
    429: "The service is limiting calls right now; try again in a minute.",
}


@dataclass(frozen=True)
class Call:
    """What to GET, with what headers, parameters or basic authentication."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None


def _bearer(url: str) -> Callable[[OpenCredential], Call]:
    return lambda credential: Call(url, {"Authorization": f"Bearer {credential.key.get_secret_value()}"})


def _calls(settings: Settings) -> dict[str, Callable[[OpenCredential], Call]]:
    def key(credential: OpenCredential) -> str:
        return credential.key.get_secret_value()

    def option(credential: OpenCredential, name: str) -> str:
        return str(credential.options.get(name, ""))

    return {
        "phantombuster": lambda given: Call(
            f"{settings.phantombuster_base_url}/api/v2/orgs/fetch-resources", {"X-Phantombuster-Key": key(given)}
        ),
        "instantly": lambda given: Call(
            f"{settings.instantly_base_url}/api/v2/campaigns",
            {"Authorization": f"Bearer {key(given)}"},
            {"limit": "1"},
        ),
        "calcom": lambda given: Call(
            f"{settings.calcom_base_url}/v2/bookings",
            {"Authorization": f"Bearer {key(given)}", "cal-api-version": CALCOM_VERSION},
            {"take": "1"},
        ),
        "calendly": _bearer(f"{settings.calendly_base_url}/users/me"),
        "resend": _bearer(f"{settings.resend_base_url}/domains"),
        "twilio": lambda given: Call(
            f"{settings.twilio_base_url}/2010-04-01/Accounts/{quote(option(given, 'account_sid'), safe='')}.json",
            auth=(option(given, "account_sid"), key(given)),
        ),
        "anthropic": lambda given: Call(
            f"{settings.anthropic_base_url}/v1/models",
            {"x-api-key": key(given), "anthropic-version": ANTHROPIC_VERSION},
        ),
        "openai": _bearer(f"{settings.openai_base_url}/models"),
        "pappers": lambda given: Call("https://api.pappers.fr/v2/suivi-jetons", params={"api_token": key(given)}),
        "hubspot": _bearer("https://api.hubapi.com/account-info/v3/details"),
    }


async def check(client: httpx2.AsyncClient, settings: Settings, credential: OpenCredential) -> tuple[bool, str]:
    """Whether the vendor accepts the key, and a sentence for a person. Never raises, never repeats the key."""
    if credential.service_name == "smtp":
        return await _log_in(client, settings, credential)
    call = _calls(settings)[credential.service_name](credential)
    options: dict[str, Any] = {} if call.auth is None else {"auth": call.auth}
    try:
        answer = await client.get(call.url, headers=call.headers, params=call.params, timeout=CHECK_LIMIT_S, **options)
    except httpx2.TimeoutException:
        return False, f"The service did not answer within {CHECK_LIMIT_S:.0f} seconds; try again."
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False, "The service could not be reached; try again."
    if answer.is_success:
        return True, "The key works."
    unknown = f"The service answered {answer.status_code}; try again later."
    return False, _REFUSALS.get(answer.status_code, unknown)


async def _log_in(client: httpx2.AsyncClient, settings: Settings, credential: OpenCredential) -> tuple[bool, str]:
    mailbox = registry.sender(settings, client, credential)
    if not isinstance(mailbox, Smtp):
        return False, "The mail server's host is missing; enter it with the password."
    refusal = await mailbox.refuses()
    return refusal is None, refusal or "The mail server lets us in."
