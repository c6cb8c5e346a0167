import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Avatar } from "@/components/ui/Avatar";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Select } from "@/components/ui/Field";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { roles as roleTexts } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { useMe } from "@/session/me";
import { memberActs } from "./memberActs";
import { type TeamMember, type TeamMemberPatch, useTeamActs } from "./queries";
import { texts } from "./texts";

type MemberRowProps = { member: TeamMember; isLastOwner: boolean; busy: boolean; onChange: (change: TeamMemberPatch) => void };

export function MemberRow({ member, isLastOwner, busy, onChange }: MemberRowProps) {
  const t = useTexts(texts);
  const roleNames = useTexts(roleTexts);
  const format = useFormat();
  const { data: me, organization } = useMe();
  const { remove } = useTeamActs();
  const [asked, setAsked] = useState<"suspend" | "remove">();
  const acts = memberActs({ role: organization?.role ?? "", userId: me?.user_id }, member, isLastOwner);
  const suspended = member.status === "suspended";
  const name = member.full_name || (member.email ?? "?");

  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-4 sm:px-6" data-member={member.email}>
      <Avatar name={name} className={suspended ? "opacity-50" : undefined} />
      <div className="min-w-0 flex-1 basis-48">
        <p className="flex gap-1.5 font-medium">
          <span className="truncate">{name}</span>
          {member.user_id === me?.user_id && <span className="font-normal text-ink-muted">({t.you})</span>}
        </p>
        <p className="truncate text-[0.8125rem] text-ink-muted">
          {[member.full_name === "" ? null : member.email, t.memberSince(format.date(member.created_at))].filter(Boolean).join(" · ")}
        </p>
      </div>
      {suspended && <Badge tone="accent">{t.suspended}</Badge>}
      {acts.roles.length === 0 ? (
        <Badge>{label(roleNames, member.role)}</Badge>
      ) : (
        <div className="flex items-center gap-1">
          <Select
            aria-label={`${t.roleLabel}: ${name}`}
            className="h-9"
            value={member.role}
            disabled={busy}
            onChange={(event) => {
              const role = acts.roles.find((candidate) => candidate === event.target.value);
              if (role) onChange({ role });
            }}
          >
            {acts.roles.map((role) => (
              <option key={role} value={role}>
                {label(roleNames, role)}
              </option>
            ))}
          </Select>
          <Menu
            trigger={
              <Button look="quiet" size="iconSm" aria-label={`${t.more}: ${name}`}>
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            {suspended ? (
              <MenuItem onSelect={() => onChange({ status: "active" })}>{t.reactivate}</MenuItem>
            ) : (
              <MenuItem onSelect={() => setAsked("suspend")}>{t.suspend}</MenuItem>
            )}
            <MenuItem danger onSelect={() => setAsked("remove")}>
              {t.removeMember}
            </MenuItem>
          </Menu>
        </div>
      )}
      <ConfirmDialog
        open={asked === "suspend"}
        danger
        title={t.suspendTitle(name)}
        text={t.suspendText}
        action={t.suspend}
        onClose={() => setAsked(undefined)}
        onConfirm={() => {
          onChange({ status: "suspended" });
          setAsked(undefined);
        }}
      />
      <ConfirmDialog
        open={asked === "remove"}
        danger
        title={t.removeMemberTitle(name)}
        text={t.removeMemberText}
        action={t.removeMember}
        busy={remove.isPending}
        onClose={() => setAsked(undefined)}
        onConfirm={() =>
          remove.mutate(member.membership_id, {
            onSuccess: () => {
              setAsked(undefined);
              toastResult(t.memberRemoved(name));
            },
          })
        }
      >
        <ProblemNotice error={remove.error} />
      </ConfirmDialog>
    </li>
  );
}
