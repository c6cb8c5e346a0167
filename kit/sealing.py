"""Sealing of secrets with AES-256-GCM.

A sealed value is `v1.<key version>.<base64url of nonce and ciphertext>`. What it belongs to is bound into it as
associated data, so that a sealed value copied to another row, column or organisation no longer opens.
"""

# ruff: noqa: N818 - an error is named after the fact it states

import base64
import binascii
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_serializer

from kit.errors import AppError, Invalid
from kit.settings import decode_key

FORMAT = "v1"
NONCE_BYTES = 12


class SealBroken(AppError):
    """The value was not sealed by us, for this place, or with a key that we still hold."""

    code = "seal_broken"
    default_detail = "A stored secret could not be opened; enter it again."


class GrantRefused(Invalid):
    """The grant is not ours, is for someone else, or has expired."""

    code = "grant_refused"
    default_detail = "The grant is not valid or has expired; ask for a new one."


def associated_data(organization_id: UUID, table: str, column: str, row: UUID | str) -> str:
    """Where a sealed value lives: `v1|organization|table|column|row`."""
    return f"{FORMAT}|{organization_id}|{table}|{column}|{row}"


class Keyring:
    """Keys by version. The highest version seals; every version opens."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise ValueError("at least one key is needed")
        self._keys = {version: AESGCM(key) for version, key in keys.items()}
        self.current_version = max(keys)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1:base64[,2:base64]`; ValueError says what is wrong with it."""
        keys: dict[int, bytes] = {}
        for part in text.split(","):
            version, separator, value = part.strip().partition(":")
            if not separator or not version.isdigit():
                raise ValueError("must look like 1:base64[,2:base64]")
            keys[int(version)] = decode_key(value)
        return cls(keys)

    def seal(self, secret: str, *, associated: str) -> str:
        """Seal `secret` for the place that `associated` names, with the newest key."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._keys[self.current_version].encrypt(nonce, secret.encode(), associated.encode())
        return f"{FORMAT}.{self.current_version}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, *, associated: str) -> str:
        """Open what :meth:`seal` made for the same place; SealBroken otherwise."""
        try:
            form, version, payload = sealed.split(".")
            raw = base64.urlsafe_b64decode(payload)
            if form != FORMAT:
                raise SealBroken
            plain = self._keys[int(version)].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], associated.encode())
            return plain.decode()
        except (ValueError, KeyError, InvalidTag, binascii.Error) as error:
            raise SealBroken from error

    @staticmethod
    def version_of(sealed: str) -> int:
        """The key version a sealed value was made with; for rotation."""
        return int(sealed.split(".")[1])


class Grant(BaseModel):
    """A customer's own model key, lent to the service that calls the model."""

    model_config = ConfigDict(frozen=True)

    provider: Literal["anthropic", "openai"]
    key: SecretStr
    organization_id: UUID
    expires_at: datetime

    @field_serializer("key", when_used="json")
    def _write_key(self, key: SecretStr) -> str:
        return key.get_secret_value()


def seal_grant(grant: Grant, key: bytes) -> str:
    """Seal `grant` with the 32 bytes that both services share."""
    return Keyring({1: key}).seal(grant.model_dump_json(), associated="v1|grant")


def open_grant(sealed: str, key: bytes, *, now: datetime | None = None) -> Grant:
    """Open a sealed grant that has not expired; GrantRefused otherwise."""
    try:
        grant = Grant.model_validate_json(Keyring({1: key}).open(sealed, associated="v1|grant"))
    except (SealBroken, ValidationError) as error:
        raise GrantRefused from error
    if grant.expires_at <= (now or datetime.now(UTC)):
        raise GrantRefused
    return grant
