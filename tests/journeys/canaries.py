"""Canary keys and the places where one could have sung: every place is read whole and says how much was read."""

import base64
import gzip
import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import httpx2
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from redis import Redis

from sandbox.stack import Stack

CHUNK = 4 * 1024 * 1024
OVERLAP = 512
# The vendors' own files, who are shown the keys; and those of Postgres, which are read through it and by its WAL.
NOT_OURS = ("standins", "postgres")


def _forms(text: str) -> set[bytes]:
    """`text` plain, in hexadecimal, in base64 wherever it begins; percent-encoding leaves these letters as they are."""
    raw = text.encode()
    forms = {raw, raw.hex().encode()}
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw).rstrip(b"=")
        inner = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        forms |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


@dataclass
class Canaries:
    """Keys that all begin and end with rare words of this run, so that half a key is found as well as a whole one."""

    head: str = field(default_factory=lambda: secrets.token_hex(7))
    tail: str = field(default_factory=lambda: secrets.token_hex(7))
    extra: list[str] = field(default_factory=list)

    def key(self, name: str) -> str:
        """A new key. Its last four characters may be shown; they are in no other word of it."""
        return f"{self.head}-{name}-{secrets.token_hex(6)}/+={self.tail}{secrets.token_hex(2)}"

    def also(self, secret: str) -> None:
        """Watch for a secret that was made by the product."""
        half = len(secret) // 2
        self.extra += [secret[:half], secret[half:]]

    def needles(self) -> list[bytes]:
        return sorted({form for word in (self.head, self.tail, *self.extra) for form in _forms(word)})


@dataclass
class Search:
    """What was read in one place, and what was found there."""

    place: str
    needles: Sequence[bytes]
    pieces: int = 0
    size: int = 0
    found: list[str] = field(default_factory=list)

    def read(self, what: str, content: bytes) -> None:
        """Look through one piece."""
        self.pieces += 1
        self.size += len(content)
        for needle in self.needles:
            at = content.find(needle)
            if at >= 0:
                self.found.append(f"{self.place}: {what}: …{content[max(0, at - 80) : at + 40]!r}…")

    def read_parts(self, what: str, parts: Iterable[bytes]) -> None:
        """Look through something long, also where two parts meet."""
        kept, waiting, size = b"", [], 0
        for part in parts:
            waiting.append(part)
            size += len(part)
            if size >= CHUNK:
                content = kept + b"".join(waiting)
                self.read(what, content)
                self.size -= len(kept)
                kept, waiting, size = content[-OVERLAP:], [], 0
        self.read(what, kept + b"".join(waiting))


def in_files(search: Search, files: Iterable[Path]) -> list[str]:
    """Read files; the names of those that held something."""
    names = []
    for path in files:
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as stream:
                search.read_parts(str(path), iter(lambda: stream.read(CHUNK), b""))
            names.append(path.name)
    return names


def logs(stack: Stack) -> list[Path]:
    return sorted(path for path in stack.home.rglob("*.log*") if path.is_file())


def other_files(stack: Stack) -> Iterator[Path]:
    """What n8n, Redis and the others keep beside their logs."""
    for path in sorted(stack.home.rglob("*")):
        inside = path.relative_to(stack.home).parts
        if inside[0] not in NOT_OURS and ".log" not in path.name and not path.is_symlink():
            yield path


def wal(stack: Stack) -> list[Path]:
    """Everything that was written to either database, what was deleted since included: a job's arguments, say."""
    return sorted((stack.database.postgres.data / "pg_wal").iterdir())


def in_tables(search: Search, url: str, *, only: str | None = None) -> dict[str, int]:
    """Every column of every table but the sealed ones. Answers how many rows each table had."""
    rows: dict[str, int] = {}
    with psycopg.connect(url, autocommit=True) as connection:
        # Bytes as they are, so that what is base64 or text inside is seen as such.
        connection.execute("set bytea_output = 'escape'")
        tables = connection.execute(
            """
            select c.table_schema, c.table_name, array_agg(c.column_name::text order by c.ordinal_position)
            from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')
              and c.column_name not like 'sealed\\_%'
            group by 1, 2 order by 1, 2
            """
        ).fetchall()
        for schema, table, columns in tables:
            name = f"{schema}.{table}"
            if only is not None and name != only:
                continue
            copy = sql.SQL("copy (select {} from {}) to stdout").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, table)
            )
            with connection.cursor() as cursor, cursor.copy(copy) as stream:
                count = 0

                def counted(stream: Any = stream) -> Iterator[bytes]:
                    nonlocal count
                    for part in stream:
                        count += 1
                        yield bytes(part)

                search.read_parts(name, counted())
            rows[name] = count
    return rows


def in_redis(search: Search, stack: Stack) -> int:
    """Keys and values of every type that we use; how many keys there were."""
    readers = {b"string": "get", b"hash": "hgetall", b"list": "lrange", b"set": "smembers", b"zset": "zrange"}
    count = 0
    with Redis(host="127.0.0.1", port=stack.ports.redis, password=stack.secrets.redis_password) as redis:
        for key in redis.scan_iter(count=500):
            count += 1
            kind = redis.type(key)
            arguments = (0, -1) if kind in {b"list", b"zset"} else ()
            search.read(f"key {key!r}", key + b" " + repr(getattr(redis, readers[kind])(key, *arguments)).encode())
    return count


def database_url(stack: Stack, name: str) -> str:
    """Another database of the stack's Postgres, as the superuser."""
    return make_conninfo(stack.database_url, dbname=name)


class SentryReceiver:
    """Where the parts send their error reports: keeps every envelope, unpacked."""

    def __init__(self) -> None:
        self.envelopes: list[bytes] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.envelopes.append(body)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self._server.server_port}/1"

    def events(self) -> list[dict[str, Any]]:
        """The events in the envelopes."""
        found = []
        for envelope in list(self.envelopes):
            for line in envelope.splitlines():
                item = json.loads(line) if line.startswith(b"{") else {}
                if "event_id" in item and ("exception" in item or "logentry" in item or "message" in item):
                    found.append(item)
        return found


class Overheard:
    """Every answer that a client got, headers included."""

    def __init__(self, client: httpx2.Client) -> None:
        self.answers: list[bytes] = []
        client.event_hooks["response"].append(self._keep)

    def _keep(self, response: httpx2.Response) -> None:
        response.read()
        headers = b"\n".join(name + b": " + value for name, value in response.headers.raw)
        self.answers.append(headers + b"\n\n" + response.content)
