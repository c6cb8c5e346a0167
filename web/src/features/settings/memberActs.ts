import type { TeamMember } from "./queries";

type Role = TeamMember["role"];

const all: readonly Role[] = ["owner", "admin", "member", "viewer"];
const belowOwner: readonly Role[] = ["admin", "member", "viewer"];

export type MemberActs = { roles: readonly Role[]; suspend: boolean; remove: boolean };

const nothing: MemberActs = { roles: [], suspend: false, remove: false };

/**
 * What a person may do with a colleague: an administrator manages everybody but owners, an owner everybody, nobody
 * themself, and the last active owner stays. The gateway holds the same rules; this keeps dead buttons away.
 */
export function memberActs(own: { role: string; userId: string | undefined }, member: TeamMember, isLastOwner: boolean): MemberActs {
  const mine = member.user_id === own.userId;
  const reaches = own.role === "owner" || (own.role === "admin" && member.role !== "owner");
  if (!reaches || mine || isLastOwner) return nothing;
  return { roles: own.role === "owner" ? all : belowOwner, suspend: true, remove: true };
}
