"""Supabase Lite: Auth, REST and Storage without Docker, over our Postgres. Its first start makes schema `auth`."""

import os
import re
from pathlib import Path

import httpx2

from sandbox.ports import HOST
from sandbox.postgres import Postgres
from sandbox.processes import Part
from sandbox.settings import Secrets
from sandbox.supervisor import REPOSITORY
from sandbox.toolchain import node_env, node_folder

CONFIG = REPOSITORY / "supabase" / "config.toml"


def lite_part(home: Path, port: int, postgres: Postgres, secrets: Secrets, node_parts: Path, panel_url: str) -> Part:
    """How the supervisor runs it: on a port of its own behind the front, with no admin door."""
    folder = home / "lite"
    _write_config(folder / "supabase" / "config.toml", port, panel_url)

    def ready() -> bool:
        try:
            answer = httpx2.get(f"http://{HOST}:{port}/auth/v1/health", headers={"apikey": secrets.publishable_key})
        except httpx2.HTTPError:
            return False
        return answer.status_code < 500

    return Part(
        name="supabase-lite",
        argv=[
            str(node_folder() / "node"),
            str(node_parts / "node_modules" / "@supabase" / "lite" / "dist" / "cli" / "index.js"),
            "start",
            "--no-admin",
        ],
        env=node_env(
            {
                "PATH": os.environ.get("PATH", os.defpath),
                "HOME": str(folder),
                "LITE_TELEMETRY": "0",
                "DO_NOT_TRACK": "1",
                "LITE_DATABASE_URL": postgres.superuser_url,
                # Files lie in `.temp/storage` beside its configuration.
                "EXPERIMENTAL_STORAGE": "1",
                "SUPABASE_JWT_SECRET": secrets.jwt_secret,
                "SUPABASE_PUBLISHABLE_KEY": secrets.publishable_key,
                "SUPABASE_SECRET_KEY": secrets.secret_key,
            }
        ),
        cwd=folder,
        ready=ready,
    )


def _write_config(path: Path, port: int, panel_url: str) -> None:
    """The repository's configuration with this stack's port and panel; the secrets come from the environment."""
    text = CONFIG.read_text()
    text = re.sub(r"(?ms)^(\[api\].*?^port = )\d+$", rf"\g<1>{port}", text, count=1)
    text = re.sub(r'(?m)^site_url = ".*"$', f'site_url = "{panel_url}"', text, count=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
