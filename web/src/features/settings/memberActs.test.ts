import { describe, expect, it } from "vitest";
import { memberActs } from "./memberActs";
import type { TeamMember } from "./queries";

function member(role: TeamMember["role"], user_id = "other"): TeamMember {
  return { membership_id: `membership-${user_id}`, user_id, email: "a@b.example", full_name: "", role, status: "active", created_at: "2026-11-20T09:00:00Z" };
}

describe("what may be done with a colleague", () => {
  it("lets an owner make another owner", () => {
    expect(memberActs({ role: "owner", userId: "me" }, member("viewer"), false).roles).toContain("owner");
  });

  it("never offers an administrator the ownership", () => {
    expect(memberActs({ role: "admin", userId: "me" }, member("member"), false).roles).toEqual(["admin", "member", "viewer"]);
  });

  it.each([
    ["an administrator with an owner", "admin", member("owner"), false],
    ["a member with anybody", "member", member("viewer"), false],
    ["a viewer with anybody", "viewer", member("viewer"), false],
    ["anybody with themself", "owner", member("owner", "me"), false],
    ["an owner with the last active owner", "owner", member("owner"), true],
  ] as const)("offers nothing to %s", (_, role, whom, isLastOwner) => {
    expect(memberActs({ role, userId: "me" }, whom, isLastOwner)).toEqual({ roles: [], suspend: false, remove: false });
  });
});
