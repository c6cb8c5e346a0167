"""Applies the repository's migrations and asks Supabase's linter about the result, both with the official CLI."""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.errors import PartFailed, SandboxError
from sandbox.postgres import Postgres
from sandbox.supervisor import REPOSITORY
from sandbox.toolchain import node_env, node_folder

MIGRATIONS = REPOSITORY / "supabase" / "migrations"
LINTED_SCHEMAS = 'schemas = ["public", "api"]'
FAILING_LEVELS = ("ERROR", "WARN")


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of `supabase db advisors`. `level` is ERROR, WARN or INFO."""

    name: str
    level: str
    title: str
    detail: str
    remediation: str


class Cli:
    """The official Supabase CLI from npm, working on one database as `postgres`."""

    def __init__(self, node_parts: Path, postgres: Postgres, home: Path) -> None:
        self._script = node_parts / "node_modules" / "supabase" / "dist" / "supabase.js"
        self._postgres = postgres
        self._home = home
        self._seen = home / "migrations.json"

    def push(self) -> list[str]:
        """Apply what `supabase/migrations` has and the database has not. Returns the versions newly applied.

        Raises `PartFailed` with the CLI's own words when a migration fails; those before it stay applied.
        """
        known = self._versions()
        present = {path.name.split("_")[0]: _digest(path) for path in MIGRATIONS.glob("*.sql")}
        self._refuse_changed(known, present)
        if known == set(present):
            return []
        ended = self._run("db", "push", "--yes", "--include-all")
        if ended.returncode != 0:
            log = self._home / "migrations.log"
            log.write_text(ended.stdout + ended.stderr)
            raise PartFailed("migrations", "could not be applied", log)
        self._seen.write_text(json.dumps(present))
        return sorted(self._versions() - known)

    def advisors(self, level: str = "info") -> list[Finding]:
        """What Supabase's security and performance linter says at `level` (info, warn, error) and above."""
        ended = self._run("db", "advisors", "--level", level, "--fail-on", "none", "--output-format", "json")
        if ended.returncode != 0:
            raise SandboxError(f"`supabase db advisors` failed:\n{(ended.stderr or ended.stdout).strip()[-2000:]}")
        return [
            Finding(
                name=entry["name"],
                level=entry["level"].upper(),
                title=entry["title"],
                detail=entry["detail"],
                remediation=entry["remediation"],
            )
            for entry in json.loads(ended.stdout)["results"]
        ]

    def _refuse_changed(self, known: set[str], present: Mapping[str, str]) -> None:
        """A migration that was edited after it was applied would never reach this database: better to say so."""
        applied: dict[str, str] = json.loads(self._seen.read_text()) if known and self._seen.exists() else {}
        for version, digest in applied.items():
            if version in known and present.get(version) != digest:
                what = "was changed" if version in present else "was removed"
                raise SandboxError(
                    f"Migration {version} {what} after it had been applied to the data in {self._home}: "
                    f"delete that folder to begin again with empty data, or write a new migration instead."
                )

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # A folder of its own: the CLI reads config.toml and migrations, and must not write state into the repository.
        folder = self._home / "cli"
        (folder / "supabase").mkdir(parents=True, exist_ok=True)
        # The linter looks only at the schemas shown over REST. Ours is empty, so it is told to look at the tables too.
        config = (REPOSITORY / "supabase" / "config.toml").read_text().replace('schemas = ["api"]', LINTED_SCHEMAS)
        (folder / "supabase" / "config.toml").write_text(config)
        link = folder / "supabase" / "migrations"
        if not link.is_symlink():
            link.symlink_to(MIGRATIONS, target_is_directory=True)
        unused = "named in config.toml, not used by these commands"
        return subprocess.run(
            [
                str(node_folder() / "node"),
                str(self._script),
                *arguments,
                f"--remote={self._postgres.owner_url}?sslmode=disable",
                "--workdir",
                str(folder),
                "--agent",
                "no",
            ],
            cwd=folder,
            env=node_env(
                {
                    "PATH": os.environ.get("PATH", os.defpath),
                    "HOME": str(folder),
                    "DO_NOT_TRACK": "1",
                    "SUPABASE_TELEMETRY_DISABLED": "1",
                    "LITE_DATABASE_URL": "postgresql://unused",
                    "SUPABASE_JWT_SECRET": unused,
                    "SUPABASE_PUBLISHABLE_KEY": unused,
                    "SUPABASE_SECRET_KEY": unused,
                }
            ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _versions(self) -> set[str]:
        with psycopg.connect(self._postgres.owner_url) as connection:
            row = connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
            if row is None or row[0] is None:
                return set()
            applied = connection.execute("select version from supabase_migrations.schema_migrations")
            return {str(version) for (version,) in applied}


def open_login(postgres: Postgres, role: str, password: str) -> None:
    """Give a role that the migrations made a password, as an operator does once on hosted Supabase. No role: no-op."""
    with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
        if connection.execute("select from pg_roles where rolname = %s", [role]).fetchone() is not None:
            connection.execute(
                sql.SQL("alter role {} login password {}").format(sql.Identifier(role), sql.Literal(password))
            )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def failing(findings: Sequence[Finding]) -> list[Finding]:
    """Those findings that fail a check."""
    return [finding for finding in findings if finding.level in FAILING_LEVELS]
