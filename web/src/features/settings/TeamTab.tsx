import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { ErrorState } from "@/components/ErrorState";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { InvitationList } from "./InvitationList";
import { InviteDialog } from "./InviteDialog";
import { MemberRow } from "./MemberRow";
import { membersQuery, useTeamActs } from "./queries";
import { texts } from "./texts";

export function TeamTab() {
  const t = useTexts(texts);
  const may = useMay();
  const query = useQuery(membersQuery);
  const { update } = useTeamActs();
  const [inviting, setInviting] = useState(false);
  const members = query.data?.items ?? [];
  const owners = members.filter(({ role, status }) => role === "owner" && status === "active").length;

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
            {members.map((member) => (
              <MemberRow
                key={member.membership_id}
                member={member}
                isLastOwner={owners === 1 && member.role === "owner" && member.status === "active"}
                busy={update.isPending && update.variables.id === member.membership_id}
                onChange={(change) => update.mutate({ id: member.membership_id, change })}
              />
            ))}
          </ul>
        )}
      </Card>
      {may.administer && <InvitationList />}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </div>
  );
}
