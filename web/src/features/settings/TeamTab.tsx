import { useQuery } from "@tanstack/react-query";
import { UserMinus, UserPlus } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorState } from "@/components/ErrorState";
import { ProblemNotice } from "@/components/Notice";
import { Avatar } from "@/components/ui/Avatar";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { Select } from "@/components/ui/Field";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { label, useTexts } from "@/i18n/texts";
import { useMay, useMe } from "@/session/me";
import { InvitationList } from "./InvitationList";
import { InviteDialog } from "./InviteDialog";
import { membersQuery, type TeamMember, useTeamActs } from "./queries";
import { texts } from "./texts";

const roles = ["admin", "member", "viewer"] as const;

export function TeamTab() {
  const t = useTexts(texts);
  const may = useMay();
  const { data: me } = useMe();
  const query = useQuery(membersQuery);
  const { update, remove } = useTeamActs();
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<TeamMember>();
  const nameOf = (member: TeamMember) => member.full_name || (member.email ?? "?");

  return (
    <div className="max-w-4xl space-y-6">
      <Card>
        <CardHeader title={t.team} hint={t.teamHint}>
          {may.administer && (
            <Button size="sm" look="primary" onClick={() => setInviting(true)}>
              <UserPlus aria-hidden /> {t.invite}
            </Button>
          )}
        </CardHeader>
        <ProblemNotice error={update.error} className="mx-4 mt-4 sm:mx-6" />
        {query.isPending ? (
          <SkeletonRows rows={3} />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <ul className="mt-3 divide-y divide-line border-t border-line">
            {query.data.items.map((member) => {
              const fixed = !may.administer || member.role === "owner" || member.user_id === me?.user_id;
              return (
                <li key={member.membership_id} className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:px-6">
                  <Avatar name={nameOf(member)} />
                  <div className="min-w-0 flex-1 basis-48">
                    <p className="truncate font-medium">
                      {nameOf(member)} {member.user_id === me?.user_id && <span className="font-normal text-ink-muted">({t.you})</span>}
                    </p>
                    <p className="truncate text-[0.8125rem] text-ink-muted">{member.email}</p>
                  </div>
                  {member.status === "suspended" && <Badge tone="accent">{t.suspended}</Badge>}
                  {fixed ? (
                    <Badge>{label(t.role, member.role)}</Badge>
                  ) : (
                    <>
                      <Select
                        aria-label={`${t.roleLabel}: ${nameOf(member)}`}
                        className="h-9"
                        value={member.role}
                        onChange={(event) => {
                          const role = roles.find((candidate) => candidate === event.target.value);
                          if (role) update.mutate({ id: member.membership_id, change: { role } });
                        }}
                      >
                        {roles.map((role) => (
                          <option key={role} value={role}>
                            {label(t.role, role)}
                          </option>
                        ))}
                      </Select>
                      <Button look="quiet" size="iconSm" aria-label={`${t.removeMember}: ${nameOf(member)}`} onClick={() => setRemoving(member)}>
                        <UserMinus aria-hidden />
                      </Button>
                    </>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Card>
      {may.administer && <InvitationList />}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      <ConfirmDialog
        open={removing !== undefined}
        danger
        title={t.removeMemberTitle(removing ? nameOf(removing) : "")}
        text={t.removeMemberText}
        action={t.removeMember}
        busy={remove.isPending}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing && remove.mutate(removing.membership_id, { onSuccess: () => setRemoving(undefined) })}
      >
        <ProblemNotice error={remove.error} />
      </ConfirmDialog>
    </div>
  );
}
