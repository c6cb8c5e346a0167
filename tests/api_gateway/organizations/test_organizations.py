"""Who a person is, where they belong, and the organization they act in."""

import asyncio
from typing import Any

import httpx2
import psycopg
import pytest

from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, add_member, make_someone, make_tenant, one
from tests.api_gateway.people import Someone, token

pytestmark = pytest.mark.anyio


class TestMe:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.get("/api/v1/me")).status_code == 401

    async def test_shows_only_own_organizations(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        answer = (await gateway.get("/api/v1/me", headers=tenant.admin.headers)).json()
        assert [(one["id"], one["role"]) for one in answer["organizations"]] == [(str(tenant.id), "admin")]
        assert str(other.id) not in str(answer)

    async def test_name_and_language_can_be_changed(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        someone = make_someone(db)
        change = {"full_name": "Léa Martin", "locale": "en"}
        answer = await gateway.patch("/api/v1/me", headers=someone.headers, json=change)
        assert answer.status_code == 200
        assert (answer.json()["full_name"], answer.json()["locale"]) == ("Léa Martin", "en")


class TestFounding:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.post("/api/v1/organizations", json={"name": "Nouvelle"})).status_code == 401

    async def test_the_founder_owns_it_and_finds_it_furnished(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        someone = make_someone(db)
        created = await gateway.post("/api/v1/organizations", headers=someone.headers, json={"name": "Nouvelle"})
        assert created.status_code == 201
        current = await gateway.get("/api/v1/organizations/current", headers=someone.headers)
        assert (current.json()["name"], current.json()["role"]) == ("Nouvelle", "owner")
        scenarios = one(db, "select count(*) from public.scenarios where organization_id = %s", created.json()["id"])
        assert scenarios["count"] == 5


class TestChoosing:
    async def test_who_belongs_nowhere_is_told_so(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        someone = make_someone(db)
        answer = await gateway.get("/api/v1/organizations/current", headers=someone.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_organization")

    async def test_who_belongs_to_two_must_choose(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        first, second = make_tenant(db, "Première"), make_tenant(db, "Seconde")
        add_member(db, second.id, first.owner, "viewer")
        answer = await gateway.get("/api/v1/organizations/current", headers=first.owner.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "organization_not_chosen")
        chosen = first.owner.headers | {"X-Organization-Id": str(second.id)}
        answer = await gateway.get("/api/v1/organizations/current", headers=chosen)
        assert (answer.json()["name"], answer.json()["role"]) == ("Seconde", "viewer")

    async def test_another_organization_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        headers = tenant.owner.headers | {"X-Organization-Id": str(other.id)}
        assert (await gateway.get("/api/v1/organizations/current", headers=headers)).status_code == 404

    async def test_a_suspended_member_is_out_at_once(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        assert (await gateway.get("/api/v1/organizations/current", headers=tenant.member.headers)).status_code == 200
        db.execute("update public.memberships set status = 'suspended' where user_id = %s", [tenant.member.user_id])
        assert (await gateway.get("/api/v1/organizations/current", headers=tenant.member.headers)).status_code == 404


class TestStopAllSends:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.post("/api/v1/organizations/current/stop-sending", json={})).status_code == 401

    async def test_an_administrator_stops_and_resumes(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        path = "/api/v1/organizations/current"
        stopped = await gateway.post(
            f"{path}/stop-sending", headers=tenant.admin.headers, json={"reason": "Message à revoir"}
        )
        assert stopped.json()["sending_stopped_at"] is not None
        seen = await gateway.get(path, headers=tenant.viewer.headers)
        assert seen.json()["sending_stopped_by_name"] == tenant.admin.email
        entry = one(
            db,
            "select actor, reason, after from public.audit_log where organization_id = %s and entity = 'organizations'"
            " and action = 'update'",
            tenant.id,
        )
        assert entry["actor"] == f"user:{tenant.admin.user_id}"
        assert entry["reason"] == "stop all sends: Message à revoir"
        resumed = await gateway.post(f"{path}/resume-sending", headers=tenant.admin.headers)
        assert resumed.json()["sending_stopped_at"] is None
        assert resumed.json()["sending_stopped_by_name"] is None

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        answer = await gateway.post(
            "/api/v1/organizations/current/stop-sending", headers=tenant.viewer.headers, json={}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


class TestTeam:
    PATH = "/api/v1/organizations/current/members"

    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.get(self.PATH)).status_code == 401

    async def test_lists_the_people_of_one_organization(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        answer = await gateway.get(self.PATH, headers=tenant.viewer.headers)
        assert {person["role"] for person in answer.json()["items"]} == {"owner", "admin", "member", "viewer"}
        assert other.owner.email not in answer.text

    async def test_another_organizations_membership_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        theirs = one(db, "select id from public.memberships where user_id = %s", other.viewer.user_id)["id"]
        for answer in (
            await gateway.patch(f"{self.PATH}/{theirs}", headers=tenant.owner.headers, json={"role": "admin"}),
            await gateway.delete(f"{self.PATH}/{theirs}", headers=tenant.owner.headers),
        ):
            assert answer.status_code == 404

    async def test_an_administrator_cannot_make_an_owner(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        mine = one(db, "select id from public.memberships where user_id = %s", tenant.viewer.user_id)["id"]
        answer = await gateway.patch(f"{self.PATH}/{mine}", headers=tenant.admin.headers, json={"role": "owner"})
        assert answer.status_code == 403

    async def test_the_last_owner_stays(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        mine = one(db, "select id from public.memberships where user_id = %s", tenant.owner.user_id)["id"]
        answer = await gateway.delete(f"{self.PATH}/{mine}", headers=tenant.owner.headers)
        assert answer.status_code == 409
        assert "at least one active owner" in answer.json()["detail"]

    async def test_two_owners_cannot_unmake_each_other_at_the_same_moment(self, resources: Resources, db: Db) -> None:
        tenant = make_tenant(db)
        second = make_someone(db)
        add_member(db, tenant.id, second, "owner")

        async def demote(other: Someone) -> None:
            async with resources.database.person({"sub": str(second.user_id)}) as session:
                await session.execute(
                    "update public.memberships set role = 'admin' where user_id = %(id)s", id=other.user_id
                )

        async with resources.database.person({"sub": str(tenant.owner.user_id)}) as session:
            await session.execute(
                "update public.memberships set role = 'admin' where user_id = %(id)s", id=second.user_id
            )
            late = asyncio.create_task(demote(tenant.owner))
            waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = %s"
            while not late.done() and not one(db, waiting, db.info.dbname)["count"]:
                await asyncio.wait({late}, timeout=0.02)
        with pytest.raises(psycopg.errors.CheckViolation):
            await late
        owners = "select count(*) from public.memberships where organization_id = %s and role = 'owner'"
        assert one(db, owners, tenant.id)["count"] == 1


class TestInvitations:
    PATH = "/api/v1/organizations/current/invitations"

    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.get(self.PATH)).status_code == 401

    async def test_the_invited_person_joins_with_the_link(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        paul = make_someone(db, "paul@example.com")
        invited = await gateway.post(
            self.PATH, headers=tenant.admin.headers, json={"email": "Paul@example.com", "role": "member"}
        )
        assert invited.status_code == 201
        token = invited.json()["url"].partition("token=")[2]
        stored = one(db, "select * from public.invitations where organization_id = %s", tenant.id)
        assert token not in str(stored)
        stranger = make_someone(db)
        refused = await gateway.post("/api/v1/invitations/accept", headers=stranger.headers, json={"token": token})
        assert refused.status_code == 404
        joined = await gateway.post("/api/v1/invitations/accept", headers=paul.headers, json={"token": token})
        assert (joined.status_code, joined.json()["role"]) == (200, "member")
        again = await gateway.post("/api/v1/invitations/accept", headers=paul.headers, json={"token": token})
        assert again.json()["code"] == "invitation_not_open"

    async def test_a_revoked_invitation_opens_nothing(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        guest = make_someone(db)
        invited = await gateway.post(self.PATH, headers=tenant.admin.headers, json={"email": guest.email})
        await gateway.delete(f"{self.PATH}/{invited.json()['id']}", headers=tenant.admin.headers)
        token = invited.json()["url"].partition("token=")[2]
        answer = await gateway.post("/api/v1/invitations/accept", headers=guest.headers, json={"token": token})
        assert answer.status_code == 404

    async def test_another_organizations_invitation_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        invited = await gateway.post(self.PATH, headers=other.admin.headers, json={"email": "x@example.com"})
        answer = await gateway.delete(f"{self.PATH}/{invited.json()['id']}", headers=tenant.admin.headers)
        assert answer.status_code == 404

    async def test_a_member_may_not_invite(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        answer = await gateway.post(self.PATH, headers=tenant.member.headers, json={"email": "x@example.com"})
        assert answer.status_code == 403

    async def invite(self, gateway: httpx2.AsyncClient, inviter: Someone, email: str, role: str = "member") -> str:
        body = {"email": email, "role": role}
        invited = await gateway.post(self.PATH, headers=inviter.headers, json=body)
        return str(invited.json()["url"].partition("token=")[2])

    async def accept(self, gateway: httpx2.AsyncClient, someone: Someone, link: str) -> tuple[int, Any]:
        body = {"token": link}
        answer = await gateway.post("/api/v1/invitations/accept", headers=someone.headers, json=body)
        return answer.status_code, answer.json().get("role")

    async def test_a_token_with_an_address_that_is_no_longer_theirs_opens_nothing(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant, someone = make_tenant(db), make_someone(db)
        link = await self.invite(gateway, tenant.admin, "formerly@example.com")
        old = {"Authorization": f"Bearer {token(someone.user_id, 'formerly@example.com')}"}
        answer = await gateway.post("/api/v1/invitations/accept", headers=old, json={"token": link})
        assert answer.status_code == 404

    async def test_an_expired_one_opens_nothing(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, guest = make_tenant(db), make_someone(db)
        link = await self.invite(gateway, tenant.admin, guest.email)
        db.execute("update public.invitations set expires_at = now() where organization_id = %s", [tenant.id])
        assert (await self.accept(gateway, guest, link))[0] == 404

    @pytest.mark.parametrize("act", ["suspend", "remove"])
    async def test_who_is_out_has_none_to_come_back_by(self, gateway: httpx2.AsyncClient, db: Db, act: str) -> None:
        """Neither by one that was sent to them twice, nor by one that they sent to a second address of their own."""
        tenant, alias, other = make_tenant(db), make_someone(db), make_someone(db)
        spare = await self.invite(gateway, tenant.owner, tenant.admin.email, "admin")
        aliased = await self.invite(gateway, tenant.admin, alias.email, "admin")
        kept = await self.invite(gateway, tenant.owner, other.email)
        theirs = one(db, "select id from public.memberships where user_id = %s", tenant.admin.user_id)["id"]
        path = f"/api/v1/organizations/current/members/{theirs}"
        if act == "suspend":
            await gateway.patch(path, headers=tenant.owner.headers, json={"status": "suspended"})
        else:
            await gateway.delete(path, headers=tenant.owner.headers)
        assert (await self.accept(gateway, tenant.admin, spare))[0] == 404
        assert (await self.accept(gateway, alias, aliased))[0] == 404
        listed = (await gateway.get(self.PATH, headers=tenant.owner.headers)).json()["items"]
        assert {item["email"]: item["status"] for item in listed} == {
            tenant.admin.email: "revoked", alias.email: "revoked", other.email: "open",
        }  # fmt: skip
        assert (await self.accept(gateway, other, kept)) == (200, "member")

    async def test_who_may_invite_no_more_has_none_open(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, alias = make_tenant(db), make_someone(db)
        link = await self.invite(gateway, tenant.admin, alias.email, "admin")
        theirs = one(db, "select id from public.memberships where user_id = %s", tenant.admin.user_id)["id"]
        path = f"/api/v1/organizations/current/members/{theirs}"
        await gateway.patch(path, headers=tenant.owner.headers, json={"role": "member"})
        assert (await self.accept(gateway, alias, link))[0] == 404

    async def test_a_suspended_person_does_not_come_back_by_a_new_one(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        db.execute("update public.memberships set status = 'suspended' where user_id = %s", [tenant.member.user_id])
        link = await self.invite(gateway, tenant.admin, tenant.member.email)
        assert (await self.accept(gateway, tenant.member, link))[0] == 404
        stored = one(db, "select status from public.memberships where user_id = %s", tenant.member.user_id)
        assert stored["status"] == "suspended"
