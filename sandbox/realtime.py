"""Supabase Realtime's broadcast as far as the panel needs it: private channels fed by `realtime.send` in the database.

Speaks Phoenix channels (versions 1.0.0 and 2.0.0) to an unchanged supabase-js. Who may join a private channel is what
the policies on `realtime.messages` say, asked as the role and with the claims of the caller's token, as hosted Realtime
does; the answer is asked again when the token is renewed, and a channel is closed when its token runs out.
"""

import asyncio
import contextlib
import json
import struct
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import jwt
import psycopg
from psycopg.rows import dict_row
from starlette.websockets import WebSocket, WebSocketDisconnect

PREFIX = "realtime:"
NOTIFY_CHANNEL = "realtime_messages"
# A reader this far behind is cut off, and supabase-js connects again; the others don't wait for it.
QUEUE_LIMIT = 2_000
KEEP_MESSAGES = "1 hour"
ROLES = frozenset({"anon", "authenticated", "service_role"})
BROADCAST_PUSH = 3
JSON_PAYLOAD = 1


class Denied(Exception):  # noqa: N818
    """A join or a token that is refused; the text is what the client is told."""


@dataclass(slots=True)
class Subscription:
    """One client on one channel."""

    topic: str
    join_ref: str | None
    private: bool
    hears_itself: bool
    acknowledges: bool
    may_write: bool
    expires: float
    expiry: asyncio.Task[None] | None = None


@dataclass(slots=True)
class Frame:
    """One message of the Phoenix protocol."""

    topic: str
    event: str
    payload: Any
    ref: str | None = None
    join_ref: str | None = None


@dataclass(eq=False, slots=True)
class Client:
    """One websocket with its channels."""

    version: str
    queue: asyncio.Queue[str | None]
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    def send(self, frame: Frame) -> None:
        """Queue a frame; a reader that is too far behind is disconnected instead."""
        if self.version == "1.0.0":
            text = json.dumps({"topic": frame.topic, "event": frame.event, "payload": frame.payload, "ref": frame.ref})
        else:
            text = json.dumps([frame.join_ref, frame.ref, frame.topic, frame.event, frame.payload])
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.queue.get_nowait()
            self.queue.put_nowait(None)

    def reply(self, frame: Frame, status: str, response: dict[str, Any]) -> None:
        """Answer a frame of the client's."""
        payload = {"status": status, "response": response}
        self.send(Frame(frame.topic, "phx_reply", payload, frame.ref, frame.join_ref))


class Hub:
    """All clients, and the database that feeds and judges them."""

    def __init__(self, database_url: str, jwt_secret: str, api_keys: frozenset[str]) -> None:
        self._url = database_url
        self._secret = jwt_secret
        self._keys = api_keys
        self._by_topic: dict[str, dict[Client, Subscription]] = defaultdict(dict)
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Deliver what the database announces while the body runs."""
        feeder = asyncio.create_task(self._feed_forever())
        try:
            yield
        finally:
            feeder.cancel()
            await asyncio.gather(feeder, *self._tasks, return_exceptions=True)

    async def serve(self, socket: WebSocket) -> None:
        """One connection, until either side ends it."""
        if socket.query_params.get("apikey") not in self._keys:
            await socket.close(1008)
            return
        await socket.accept()
        client = Client(socket.query_params.get("vsn", "1.0.0"), asyncio.Queue(QUEUE_LIMIT))
        writer = asyncio.create_task(self._write(socket, client))
        try:
            while True:
                received = await socket.receive()
                if received["type"] == "websocket.disconnect":
                    break
                frame = _parse(received)
                if frame is not None:
                    await self._handle(client, frame)
        except WebSocketDisconnect:
            pass
        finally:
            writer.cancel()
            for topic in list(client.subscriptions):
                self._forget(client, topic)
            await asyncio.gather(writer, return_exceptions=True)

    @staticmethod
    async def _write(socket: WebSocket, client: Client) -> None:
        while True:
            text = await client.queue.get()
            if text is None:
                await socket.close(1013)
                return
            await socket.send_text(text)

    async def _handle(self, client: Client, frame: Frame) -> None:
        if frame.topic == "phoenix" and frame.event == "heartbeat":
            client.reply(frame, "ok", {})
            return
        if frame.event == "phx_join":
            await self._join(client, frame)
            return
        subscription = client.subscriptions.get(frame.topic)
        if subscription is None:
            client.reply(frame, "error", {"reason": "unmatched topic"})
        elif frame.event == "phx_leave":
            self._forget(client, frame.topic)
            client.reply(frame, "ok", {})
            client.send(Frame(frame.topic, "phx_close", {}, join_ref=frame.join_ref))
        elif frame.event == "access_token":
            await self._renew(client, subscription, frame)
        elif frame.event == "broadcast":
            self._relay(client, subscription, frame)

    async def _join(self, client: Client, frame: Frame) -> None:
        payload = frame.payload if isinstance(frame.payload, dict) else {}
        config = payload.get("config") or {}
        broadcast = config.get("broadcast") or {}
        private = bool(config.get("private"))
        try:
            if not frame.topic.startswith(PREFIX):
                raise Denied("unmatched topic")
            claims = self._claims(payload.get("access_token")) if private or payload.get("access_token") else {}
            may_write = True
            if private:
                may_read, may_write = await self._ask_policies(frame.topic.removeprefix(PREFIX), claims)
                if not may_read:
                    raise Denied(
                        "Unauthorized: You do not have permissions to read from this Channel topic: "
                        f"{frame.topic.removeprefix(PREFIX)}"
                    )
        except Denied as error:
            client.reply(frame, "error", {"reason": str(error)})
            return
        self._forget(client, frame.topic)
        subscription = Subscription(
            topic=frame.topic,
            join_ref=frame.join_ref or frame.ref,
            private=private,
            hears_itself=bool(broadcast.get("self")),
            acknowledges=bool(broadcast.get("ack")),
            may_write=may_write,
            expires=float(claims.get("exp", 0)),
        )
        client.subscriptions[frame.topic] = subscription
        self._by_topic[frame.topic][client] = subscription
        self._watch_expiry(client, subscription)
        client.reply(frame, "ok", {"postgres_changes": []})

    async def _renew(self, client: Client, subscription: Subscription, frame: Frame) -> None:
        token = frame.payload.get("access_token") if isinstance(frame.payload, dict) else None
        if not token:
            return
        try:
            claims = self._claims(token)
            may_read = True
            if subscription.private:
                topic = subscription.topic.removeprefix(PREFIX)
                may_read, subscription.may_write = await self._ask_policies(topic, claims)
            if not may_read:
                raise Denied("Unauthorized: the new token does not permit to read this channel")
        except Denied as error:
            self._expel(client, subscription, str(error))
            return
        subscription.expires = float(claims.get("exp", 0))
        self._watch_expiry(client, subscription)

    def _relay(self, sender: Client, subscription: Subscription, frame: Frame) -> None:
        """A broadcast from one client to the others on its channel."""
        if subscription.may_write:
            for client, other in list(self._by_topic[frame.topic].items()):
                if other.private == subscription.private and (client is not sender or subscription.hears_itself):
                    client.send(Frame(frame.topic, "broadcast", frame.payload))
            if subscription.acknowledges:
                sender.reply(frame, "ok", {})
        elif subscription.acknowledges:
            sender.reply(frame, "error", {"reason": "Unauthorized: you may not write to this channel"})

    def _watch_expiry(self, client: Client, subscription: Subscription) -> None:
        if subscription.expiry is not None:
            subscription.expiry.cancel()
            subscription.expiry = None
        if subscription.expires:
            subscription.expiry = asyncio.create_task(self._expire(client, subscription))
            self._tasks.add(subscription.expiry)
            subscription.expiry.add_done_callback(self._tasks.discard)

    async def _expire(self, client: Client, subscription: Subscription) -> None:
        await asyncio.sleep(max(0.0, subscription.expires - time.time()))
        subscription.expiry = None
        self._expel(client, subscription, "Token has expired")

    def _expel(self, client: Client, subscription: Subscription, reason: str) -> None:
        topic = subscription.topic
        system = {
            "channel": topic.removeprefix(PREFIX),
            "extension": "system",
            "message": reason,
            "status": "error",
        }
        self._forget(client, topic)
        client.send(Frame(topic, "system", system, join_ref=subscription.join_ref))
        client.send(Frame(topic, "phx_close", {}, join_ref=subscription.join_ref))

    def _forget(self, client: Client, topic: str) -> None:
        subscription = client.subscriptions.pop(topic, None)
        if subscription is not None and subscription.expiry is not None:
            subscription.expiry.cancel()
        listeners = self._by_topic.get(topic)
        if listeners is not None:
            listeners.pop(client, None)
            if not listeners:
                del self._by_topic[topic]

    def _claims(self, token: object) -> dict[str, Any]:
        if not isinstance(token, str) or token in self._keys:
            raise Denied("Unauthorized: an access token of a signed-in user is needed")
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._secret, algorithms=["HS256"], options={"verify_aud": False, "require": ["exp"]}
            )
        except jwt.PyJWTError as error:
            raise Denied(f"InvalidJWTToken: {error}") from error
        if claims.get("role") not in ROLES:
            raise Denied("InvalidJWTToken: the role is not known")
        return claims

    async def _ask_policies(self, topic: str, claims: dict[str, Any]) -> tuple[bool, bool]:
        """May this caller read, and write, the topic? Tried on rows that are rolled back, and so never announced."""
        probe = uuid4()
        async with (
            await psycopg.AsyncConnection.connect(self._url) as connection,
            connection.transaction(force_rollback=True),
        ):
            await connection.execute(
                "insert into realtime.messages (id, topic, extension, private) values (%s, %s, 'broadcast', true)",
                [probe, topic],
            )
            await connection.execute(
                """
                select set_config('role', %s, true), set_config('realtime.topic', %s, true),
                       set_config('request.jwt.claims', %s, true), set_config('request.jwt.claim.sub', %s, true),
                       set_config('request.jwt.claim.role', %s, true)
                """,
                [claims["role"], topic, json.dumps(claims), str(claims.get("sub", "")), claims["role"]],
            )
            found = await connection.execute("select from realtime.messages where id = %s", [probe])
            may_read = await found.fetchone() is not None
            try:
                async with connection.transaction():
                    await connection.execute(
                        "insert into realtime.messages (topic, extension, private) values (%s, 'broadcast', true)",
                        [topic],
                    )
            except psycopg.errors.InsufficientPrivilege:
                return may_read, False
            return may_read, True

    async def _feed_forever(self) -> None:
        """Listen, and listen again after the database was away."""
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                await self._feed()
            await asyncio.sleep(0.5)

    async def _feed(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, row_factory=dict_row
        ) as connection:
            await connection.execute(f"listen {NOTIFY_CHANNEL}")
            await connection.execute(
                "delete from realtime.messages where inserted_at < now() - %s::interval", [KEEP_MESSAGES]
            )
            while True:
                # One look-up for whatever was announced within a short while.
                ids = [UUID(notice.payload) async for notice in connection.notifies(timeout=60, stop_after=1)]
                ids += [UUID(notice.payload) async for notice in connection.notifies(timeout=0.01)]
                if ids:
                    await self._deliver(connection, ids)

    async def _deliver(self, connection: psycopg.AsyncConnection[dict[str, Any]], ids: list[UUID]) -> None:
        found = await connection.execute(
            "select id, topic, event, payload, private from realtime.messages where id = any(%s)", [ids]
        )
        rows = {row["id"]: row async for row in found}
        for message_id in ids:
            row = rows.get(message_id)
            if row is None:
                continue
            topic = PREFIX + row["topic"]
            payload = {
                "type": "broadcast",
                "event": row["event"],
                "payload": row["payload"],
                "meta": {"id": str(message_id)},
            }
            for client, subscription in list(self._by_topic.get(topic, {}).items()):
                if subscription.private == bool(row["private"]):
                    client.send(Frame(topic, "broadcast", payload))


def _parse(received: Any) -> Frame | None:
    """A frame from what the websocket received; None for what is not one."""
    try:
        text = received.get("text")
        if text is None:
            return _parse_push(received["bytes"])
        value = json.loads(text)
        if isinstance(value, list):
            join_ref, ref, topic, event, payload = value
        else:
            join_ref, ref = value.get("join_ref"), value.get("ref")
            topic, event, payload = value["topic"], value["event"], value.get("payload")
        return Frame(str(topic), str(event), payload, ref, join_ref)
    except (ValueError, KeyError, TypeError, AttributeError, struct.error):
        return None


def _parse_push(data: bytes) -> Frame | None:
    """The binary form in which version 2.0.0 sends a client's broadcast: lengths, texts, then the payload."""
    kind, *lengths, encoding = struct.unpack_from("7B", data)
    if kind != BROADCAST_PUSH or encoding != JSON_PAYLOAD:
        return None
    texts: list[str] = []
    offset = 7
    for length in lengths:
        texts.append(data[offset : offset + length].decode())
        offset += length
    join_ref, ref, topic, event, _ = texts
    payload = {"type": "broadcast", "event": event, "payload": json.loads(data[offset:])}
    return Frame(topic, "broadcast", payload, ref or None, join_ref or None)
