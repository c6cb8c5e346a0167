"""Who a person is, where they belong, and the organization they act in."""

import httpx2
import pytest

from tests.api_gateway.factories import Db, add_member, make_someone, make_tenant, one

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
