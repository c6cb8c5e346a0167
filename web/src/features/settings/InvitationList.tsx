import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorState } from "@/components/ErrorState";
import { ProblemNotice } from "@/components/Notice";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { roles } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { type Invitation, invitationsQuery, useTeamActs } from "./queries";
import { texts } from "./texts";

const tones: Record<Invitation["status"], Tone> = { open: "primary", accepted: "good", expired: "neutral", revoked: "neutral" };

/** The open invitations, and the past ones when asked for. */
export function InvitationList() {
  const t = useTexts(texts);
  const roleNames = useTexts(roles);
  const format = useFormat();
  const query = useQuery(invitationsQuery);
  const { revoke } = useTeamActs();
  const [past, setPast] = useState(false);
  const all = query.data?.items ?? [];
  const shown = past ? all : all.filter(({ status }) => status === "open");
  return (
    <Card>
      <CardHeader title={t.invitations} hint={t.invitationsHint}>
        {all.some(({ status }) => status !== "open") && (
          <Button size="sm" look="quiet" aria-pressed={past} onClick={() => setPast(!past)}>
            {past ? t.onlyOpen : t.alsoPast}
          </Button>
        )}
      </CardHeader>
      <ProblemNotice error={revoke.error} className="mx-4 mt-4 sm:mx-6" />
      {query.isPending ? (
        <SkeletonRows rows={1} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : shown.length === 0 ? (
        <p className="px-4 pt-3 pb-5 text-ink-muted sm:px-6">{t.noInvitations}</p>
      ) : (
        <ul className="mt-3 divide-y divide-line border-t border-line">
          {shown.map((invitation) => (
            <li key={invitation.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-6" data-invitation={invitation.email}>
              <div className="min-w-0 flex-1 basis-48">
                <p className="truncate font-medium">{invitation.email}</p>
                <p className="truncate text-[0.8125rem] text-ink-muted">
                  {label(roleNames, invitation.role)} · {invitation.status === "open" ? t.expires(format.date(invitation.expires_at)) : t.invited(format.date(invitation.created_at))}
                </p>
              </div>
              {invitation.status === "open" ? (
                <Button size="sm" look="quiet" busy={revoke.isPending && revoke.variables === invitation.id} onClick={() => revoke.mutate(invitation.id)}>
                  {t.revoke}
                </Button>
              ) : (
                <Badge tone={tones[invitation.status]}>{t.invitationStatus[invitation.status]}</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
