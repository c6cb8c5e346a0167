"""Settings refuse to start a service that would fail later."""

import base64

import pytest

from kit.settings import ServiceSettings, SettingsError, load

GOOD = {
    "ENVIRONMENT": "production",
    "UPSTASH_REDIS_REST_URL": "https://example.upstash.io",
    "UPSTASH_REDIS_REST_TOKEN": "a-real-token",
    "GRANT_KEY": base64.b64encode(bytes(32)).decode(),
}


def read(monkeypatch: pytest.MonkeyPatch, **changed: str) -> ServiceSettings:
    for name, value in {**GOOD, **changed}.items():
        monkeypatch.setenv(name, value)
    return load(ServiceSettings)


def test_a_complete_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).environment == "production"


def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="UPSTASH_REDIS_REST_TOKEN"):
        read(monkeypatch, UPSTASH_REDIS_REST_TOKEN="")


@pytest.mark.parametrize("placeholder", ["changeme", "CHANGE-ME", "<token>", "your-token", "replace_me", "xxxx"])
def test_a_placeholder_is_refused_outside_development(monkeypatch: pytest.MonkeyPatch, placeholder: str) -> None:
    with pytest.raises(SettingsError, match="placeholder"):
        read(monkeypatch, UPSTASH_REDIS_REST_TOKEN=placeholder)


def test_a_placeholder_is_accepted_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    read(monkeypatch, ENVIRONMENT="development", UPSTASH_REDIS_REST_TOKEN="changeme")


def test_a_short_key_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    short = base64.b64encode(b"sixteen-bytes-ok").decode()
    with pytest.raises(SettingsError, match="32 bytes") as raised:
        read(monkeypatch, GRANT_KEY=short)
    assert short not in str(raised.value)
