"""Where the laptop keeps its things, and the secrets it makes up once for each state folder."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Self

from sandbox.errors import SandboxError
from sandbox.supervisor import REPOSITORY


def home_from_env(env: Mapping[str, str] | None = None) -> Path:
    """The state folder: SALES_MACHINE_HOME, else `.run` in the repository."""
    chosen = (os.environ if env is None else env).get("SALES_MACHINE_HOME", "").strip()
    return Path(chosen).expanduser().resolve() if chosen else REPOSITORY / ".run"


def cache_folder(env: Mapping[str, str] | None = None) -> Path:
    """Where installed npm packages live: `$XDG_CACHE_HOME/sales-machine`, else `~/.cache/sales-machine`."""
    chosen = (os.environ if env is None else env).get("XDG_CACHE_HOME", "").strip()
    return (Path(chosen).expanduser() if chosen else Path.home() / ".cache").resolve() / "sales-machine"


def _token() -> str:
    return secrets.token_urlsafe(32)


def _key() -> str:
    """32 random bytes in base64, the form of AES-256 keys in our settings."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


@dataclass(frozen=True, slots=True)
class Secrets:
    """Every secret of one laptop stack, random, kept in `<home>/secrets.json` (mode 0600)."""

    instance: str = field(default_factory=lambda: secrets.token_hex(8))
    postgres_password: str = field(default_factory=_token)
    gateway_password: str = field(default_factory=_token)
    n8n_database_password: str = field(default_factory=_token)
    jwt_secret: str = field(default_factory=_token)
    publishable_key: str = field(default_factory=lambda: f"sb_publishable_{secrets.token_urlsafe(24)}")
    secret_key: str = field(default_factory=lambda: f"sb_secret_{secrets.token_urlsafe(24)}")
    redis_password: str = field(default_factory=_token)
    upstash_token: str = field(default_factory=_token)
    grant_key: str = field(default_factory=_key)
    credentials_key: str = field(default_factory=_key)
    unsubscribe_key: str = field(default_factory=_key)
    n8n_webhook_token: str = field(default_factory=_token)
    workflow_token: str = field(default_factory=_token)
    ai_service_token: str = field(default_factory=_token)
    n8n_encryption_key: str = field(default_factory=_token)
    n8n_owner_password: str = field(default_factory=lambda: f"Sm1-{secrets.token_urlsafe(12)}")
    demo_password: str = field(default_factory=lambda: f"demo-{secrets.token_urlsafe(9)}")

    @classmethod
    def load(cls, home: Path) -> Self:
        """Read the state folder's secrets, making up those that are missing. Raises `SandboxError` if unreadable."""
        path = home / "secrets.json"
        known: dict[str, str] = {}
        if path.exists():
            try:
                known = json.loads(path.read_text())
            except (OSError, ValueError) as error:
                raise SandboxError(
                    f"{path} can't be read ({error}). Delete the folder {home} to begin again with empty data."
                ) from error
        names = {entry.name for entry in fields(cls)}
        made = cls(**{name: value for name, value in known.items() if name in names})
        if asdict(made) != known:
            home.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.unlink(missing_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                json.dump(asdict(made), stream, indent=2)
            partial.replace(path)
        return made
