"""Proofs against real processes: a tenth of their size in `make test`, the whole in `make torture`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import jwt
import pytest

from sandbox.ports import Ports
from sandbox.stack import Stack

# A refusal for haste says nothing about what a proof asks.
NO_LIMITS = {f"RATE_LIMIT_{whose}_PER_MINUTE": "10000000" for whose in ("PERSON", "ORGANIZATION", "WEBHOOK")}


@dataclass(frozen=True)
class Size:
    """How much of a proof is run: 1.0 is the whole."""

    scale: float

    def of(self, whole: int, *, least: int = 1) -> int:
        """So many of `whole`, rounded, and never fewer than `least`."""
        return max(least, round(whole * self.scale))


def signed_in(stack: Stack, person: UUID, email: str) -> str:
    """An access token as the stack's Auth would give it to this person."""
    claims = {
        "sub": str(person), "email": email, "role": "authenticated", "aud": "authenticated",
        "iss": f"{stack.urls['supabase']}/auth/v1", "exp": 4_000_000_000,
    }  # fmt: skip
    return jwt.encode(claims, stack.secrets.jwt_secret, algorithm="HS256")


@pytest.fixture(scope="session")
def size() -> Size:
    return Size(float(os.environ.get("TORTURE_SCALE", "0.1")))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything but n8n and the panel, whose parts the proofs play themselves."""
    stack = Stack(
        tmp_path_factory.mktemp("torture"),
        Ports.free(),
        with_n8n=False,
        with_panel=False,
        day_seconds=2.0,
        env={"LOG_LEVEL": "WARNING", **NO_LIMITS},
    )
    with stack:
        yield stack
    stack.database.destroy()
