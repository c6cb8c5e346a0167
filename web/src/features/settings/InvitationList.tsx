import { useQuery } from "@tanstack/react-query";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { invitationsQuery, useTeamActs } from "./queries";
import { texts } from "./texts";

/** The invitations that can still be accepted; nothing is shown when there are none. */
export function InvitationList() {
  const t = useTexts(texts);
  const format = useFormat();
  const { data } = useQuery(invitationsQuery);
  const { revoke } = useTeamActs();
  const open = data?.items.filter(({ status }) => status === "open") ?? [];
  if (open.length === 0) return null;
  return (
    <Card>
      <CardHeader title={t.invitations} />
      <ProblemNotice error={revoke.error} className="mx-4 mt-4 sm:mx-6" />
      <ul className="mt-3 divide-y divide-line border-t border-line">
        {open.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3 sm:px-6">
            <span className="min-w-0 flex-1 truncate font-medium">{invitation.email}</span>
            <span className="text-[0.8125rem] text-ink-muted">
              {label(t.role, invitation.role)} · {t.expires(format.date(invitation.expires_at))}
            </span>
            <Button size="sm" look="quiet" busy={revoke.isPending && revoke.variables === invitation.id} onClick={() => revoke.mutate(invitation.id)}>
              {t.revoke}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
