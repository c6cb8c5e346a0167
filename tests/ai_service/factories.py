"""Settings and requests for the tests; every function gives a valid one that a test changes where it matters."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from ai_service.settings import AiServiceSettings
from kit.sealing import Grant, seal_grant

GRANT_KEY = bytes(range(32))
NOWHERE = "http://127.0.0.1:9"
ORGANIZATION = "7f0d6f0a-6f5e-4c59-9d8e-0a4f4f6d2b11"


def settings_for(**changes: Any) -> AiServiceSettings:
    values: dict[str, Any] = {
        "environment": "test",
        "log_level": "WARNING",
        "upstash_redis_rest_url": NOWHERE,
        "upstash_redis_rest_token": "unused",
        "grant_key": base64.b64encode(GRANT_KEY).decode(),
        "ai_service_token": "a-token-for-the-tests",
    }
    return AiServiceSettings(**(values | changes))


def grant(
    provider: str = "anthropic", organization: str = ORGANIZATION, minutes: int = 10, key: str = "sk-theirs"
) -> str:
    expires_at = datetime.now(UTC) + timedelta(minutes=minutes)
    made = Grant.model_validate(
        {"provider": provider, "key": key, "organization_id": organization, "expires_at": expires_at}
    )
    return seal_grant(made, GRANT_KEY)


def prospect(**changes: Any) -> dict[str, Any]:
    return {
        "first_name": "Claire",
        "last_name": "Durand",
        "email": "claire.durand@novalys.example",
        "title": "Directrice commerciale",
        "about": "J'accompagne des équipes commerciales vers de meilleurs résultats.",
        "country": "France",
        "language": "fr",
        "recent_activity": [{"text": "Nous avons repensé notre prospection.", "date": "2026-11-02"}],
    } | changes


def company(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Novalys",
        "size": 150,
        "industry": "Logiciel",
        "technologies": ["HubSpot"],
        "hiring": ["Account Executive"],
    } | changes


def sender(**changes: Any) -> dict[str, Any]:
    return {
        "first_name": "Paul",
        "last_name": "Martin",
        "title": "Associé",
        "company": "Atelier Sept",
        "value_proposition": "aider les équipes commerciales à obtenir plus de rendez-vous",
    } | changes


def enrichment_request(**changes: Any) -> dict[str, Any]:
    return {
        "prospect": prospect(),
        "company": company(),
        "icp": {"industries": ["SaaS"], "job_titles": ["Directeur commercial"], "technologies": ["HubSpot"]},
        "organization_id": ORGANIZATION,
    } | changes


def qualification_request(**changes: Any) -> dict[str, Any]:
    return {"prospect": prospect(), "company": company(), "organization_id": ORGANIZATION} | changes


def message_request(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "email",
        "channel": "email",
        "step": {"objective": "Obtenir un rendez-vous", "cta": "Proposer un appel de 20 minutes"},
        "prospect": prospect(),
        "company": company(),
        "sender": sender(),
        "language": "fr",
        "variants": 2,
        "organization_id": ORGANIZATION,
    } | changes


def reply_request(
    text: str = "Oui, le sujet m'intéresse. Quelles sont vos disponibilités ?", **changes: Any
) -> dict[str, Any]:
    return {
        "reply": {"subject": "Re: une question", "text": text},
        "prospect": prospect(),
        "booking_url": "https://booking.example/paul",
        "policy": {"confidence_threshold": 0.8},
        "organization_id": ORGANIZATION,
    } | changes


REQUESTS: dict[str, Any] = {
    "enrichments": enrichment_request,
    "qualifications": qualification_request,
    "messages": message_request,
    "replies": reply_request,
}
