"""A sealed secret opens only where it was sealed, with a key that we hold."""

import base64
import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.sealing import Grant, GrantRefused, Keyring, SealBroken, associated_data, open_grant, seal_grant

KEYS = {1: bytes(range(32)), 2: bytes(range(1, 33))}
PLACE = associated_data(uuid4(), "api_credentials", "sealed_key", uuid4())


class TestKeyring:
    @given(st.text())
    def test_what_is_sealed_opens_again(self, secret: str) -> None:
        ring = Keyring(KEYS)
        assert ring.open(ring.seal(secret, associated=PLACE), associated=PLACE) == secret

    def test_the_newest_key_seals_and_older_ones_still_open(self) -> None:
        old = Keyring({1: KEYS[1]}).seal("key", associated=PLACE)
        new = Keyring(KEYS).seal("key", associated=PLACE)
        assert (Keyring.version_of(old), Keyring.version_of(new)) == (1, 2)
        assert Keyring(KEYS).open(old, associated=PLACE) == "key"

    def test_it_does_not_open_in_another_place(self) -> None:
        ring = Keyring(KEYS)
        elsewhere = associated_data(uuid4(), "api_credentials", "sealed_key", uuid4())
        with pytest.raises(SealBroken):
            ring.open(ring.seal("key", associated=PLACE), associated=elsewhere)

    def test_it_does_not_open_when_one_byte_changed(self) -> None:
        ring = Keyring(KEYS)
        head, version, payload = ring.seal("key", associated=PLACE).split(".")
        raw = bytearray(base64.urlsafe_b64decode(payload))
        raw[-1] ^= 1
        with pytest.raises(SealBroken):
            ring.open(f"{head}.{version}.{base64.urlsafe_b64encode(raw).decode()}", associated=PLACE)

    @pytest.mark.parametrize("broken", ["", "v1", "v1.9.AAAA", "v2.1.AAAA", "v1.x.AAAA", "v1.1.***"])
    def test_nonsense_is_refused(self, broken: str) -> None:
        with pytest.raises(SealBroken):
            Keyring(KEYS).open(broken, associated=PLACE)

    def test_keys_are_read_from_the_environments_form(self) -> None:
        text = ",".join(f"{version}:{base64.b64encode(key).decode()}" for version, key in KEYS.items())
        assert Keyring.parse(text).current_version == 2

    @pytest.mark.parametrize("text", ["", "1", "one:AAAA", "1:AAAA"])
    def test_a_malformed_keyring_says_so(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"base64|32 bytes"):
            Keyring.parse(text)


class TestGrant:
    KEY = os.urandom(32)

    def make(self, *, minutes: int) -> Grant:
        return Grant.model_validate(
            {
                "provider": "anthropic",
                "key": "sk-ant-customer",
                "organization_id": uuid4(),
                "expires_at": datetime.now(UTC) + timedelta(minutes=minutes),
            }
        )

    def test_a_grant_crosses_sealed(self) -> None:
        grant = self.make(minutes=5)
        sealed = seal_grant(grant, self.KEY)
        assert "sk-ant" not in sealed
        assert open_grant(sealed, self.KEY) == grant

    def test_its_key_never_shows_in_a_representation(self) -> None:
        assert "sk-ant-customer" not in repr(self.make(minutes=5))

    def test_an_expired_grant_is_refused(self) -> None:
        with pytest.raises(GrantRefused):
            open_grant(seal_grant(self.make(minutes=-1), self.KEY), self.KEY)

    def test_a_grant_of_another_installation_is_refused(self) -> None:
        with pytest.raises(GrantRefused):
            open_grant(seal_grant(self.make(minutes=5), self.KEY), os.urandom(32))
