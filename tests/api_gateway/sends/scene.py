"""A campaign that is ready to send: open around the clock, caps out of the way, mailbox and key connected."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from kit.sealing import Keyring, associated_data
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_mailbox,
    make_message,
    make_prospect,
    make_tenant,
    one,
    scenario_id,
    step_ids,
)
from tests.api_gateway.people import TEST_SETTINGS, Tenant

ALWAYS = {
    "status": "active",
    "send_days": [1, 2, 3, 4, 5, 6, 7],
    "send_from": "00:00",
    "send_until": "23:59:59.999999",
    "respect_holidays": False,
    "hourly_cap": 10_000,
    "approval_policy": "automatic",
    "booking_url": "https://cal.example/lea/intro",
}


@dataclass
class Planned:
    """One person with one planned message."""

    prospect: UUID
    enrollment: UUID
    message: UUID
    intent: UUID
    email: str


@dataclass
class Scene:
    """One organization's campaign."""

    db: Db
    tenant: Tenant
    campaign: UUID
    mailbox: UUID
    steps: list[UUID]
    planned: list[Planned] = field(default_factory=list)

    def plan(self, count: int = 1, *, step: int = 1, **columns: Any) -> list[Planned]:
        """People whose message of `step` is approved and planned."""
        return [self._plan(step, **columns) for _ in range(count)]

    def _plan(self, step: int, **columns: Any) -> Planned:
        email = f"{uuid4().hex[:12]}@exemple.example"
        prospect = make_prospect(self.db, self.tenant, email=email, **columns)
        status = "qualified" if step == 1 else "in_sequence"
        enrollment = enroll(self.db, self.tenant, self.campaign, prospect, status=status, step_position=step - 1)
        message = make_message(
            self.db, self.tenant, self.campaign, enrollment, prospect, status="approved", step_id=self.steps[step - 1]
        )  # fmt: skip
        intent = self.intend(enrollment, message, str(self.steps[step - 1]))
        planned = Planned(prospect, enrollment, message, intent, email)
        self.planned.append(planned)
        return planned

    def intend(self, enrollment: UUID, message: UUID, step_key: str) -> UUID:
        return insert(
            self.db, "send_intents", organization_id=self.tenant.id, campaign_id=self.campaign,
            enrollment_id=enrollment, message_id=message, step_key=step_key, channel="email",
            idempotency_key=f"sm-{uuid4()}",
        )  # fmt: skip

    def intent(self, planned: Planned) -> dict[str, Any]:
        return one(self.db, "select * from public.send_intents where id = %s", planned.intent)

    def message(self, planned: Planned) -> dict[str, Any]:
        return one(self.db, "select * from public.messages where id = %s", planned.message)

    def enrollment(self, planned: Planned) -> dict[str, Any]:
        return one(self.db, "select * from public.enrollments where id = %s", planned.enrollment)

    def decisions(self, planned: Planned) -> list[dict[str, Any]]:
        return self.db.execute(
            "select * from public.send_decisions where message_id = %s order by decided_at", [planned.message]
        ).fetchall()

    def set_campaign(self, **columns: Any) -> None:
        self._set("campaigns", "id", self.campaign, columns)

    def set_mailbox(self, **columns: Any) -> None:
        self._set("mailboxes", "id", self.mailbox, columns)

    def set_limits(self, **columns: Any) -> None:
        self._set("sending_settings", "organization_id", self.tenant.id, columns)

    def _set(self, table: str, key: str, value: UUID, columns: dict[str, Any]) -> None:
        for name, content in columns.items():
            self.db.execute(f"update public.{table} set {name} = %s where {key} = %s", [content, value])


def make_scene(db: Db, **campaign: Any) -> Scene:
    tenant = make_tenant(db)
    campaign_id = make_campaign(db, tenant, **{**ALWAYS, **campaign})
    mailbox = make_mailbox(db, tenant, daily_cap=2_000, min_gap_seconds=0)
    scene = Scene(db, tenant, campaign_id, mailbox, step_ids(db, scenario_id(db, tenant)))
    scene.set_limits(hourly_cap=10_000, mailbox_daily_cap=2_000, min_gap_seconds=0)
    connect(db, tenant, "instantly")
    return scene


def connect(db: Db, tenant: Tenant, service: str, key: str = "key-of-the-tests", **options: Any) -> UUID:
    """Store a vendor key, sealed as the gateway seals one."""
    row = uuid4()
    keyring = Keyring.parse(TEST_SETTINGS["credentials_keys"])
    place = associated_data(tenant.id, "api_credentials", "sealed_key", row)
    return insert(
        db, "api_credentials", id=row, organization_id=tenant.id, service_name=service,
        sealed_key=keyring.seal(key, associated=place), key_version=1, key_last4=key[-4:], key_fingerprint="f" * 16,
        options=options,
    )  # fmt: skip
