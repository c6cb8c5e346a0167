import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Copy, Ellipsis, Pause, Play, Rocket, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/Menu";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { type Campaign, useCampaignActs } from "./queries";
import { texts } from "./texts";

export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const t = useTexts(texts);
  const may = useMay();
  const navigate = useNavigate();
  const acts = useCampaignActs();
  const [removing, setRemoving] = useState(false);
  const { id, status } = campaign;
  if (!may.write) return null;
  const busy = acts.launch.isPending || acts.pause.isPending || acts.resume.isPending;

  return (
    <>
      {status === "draft" && (
        <Button look="primary" busy={busy} disabled={campaign.missing.length > 0} onClick={() => acts.launch.mutate(id, { onSuccess: () => toastResult(t.launchedToast) })}>
          <Rocket aria-hidden /> {t.launch}
        </Button>
      )}
      {status === "completed" && (
        <Button busy={busy} disabled={campaign.missing.length > 0} onClick={() => acts.launch.mutate(id, { onSuccess: () => toastResult(t.launchedToast) })}>
          <Rocket aria-hidden /> {t.launchAgain}
        </Button>
      )}
      {status === "active" && (
        <Button busy={busy} onClick={() => acts.pause.mutate(id, { onSuccess: () => toastResult(t.pausedToast) })}>
          <Pause aria-hidden /> {t.pause}
        </Button>
      )}
      {status === "paused" && (
        <Button look="primary" busy={busy} onClick={() => acts.resume.mutate(id, { onSuccess: () => toastResult(t.resumedToast) })}>
          <Play aria-hidden /> {t.resume}
        </Button>
      )}
      <Menu
        trigger={
          <Button size="icon" aria-label={t.more}>
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem
          onSelect={() =>
            acts.duplicate.mutate(id, {
              onSuccess: (copy) => {
                toastResult(t.duplicatedToast);
                void navigate({ to: "/campaigns/$campaignId", params: { campaignId: copy.id } });
              },
            })
          }
        >
          <Copy aria-hidden /> {t.duplicate}
        </MenuItem>
        {(status === "active" || status === "paused") && (
          <MenuItem onSelect={() => acts.retryEnrichment.mutate(id, { onSuccess: ({ retried }) => toastResult(t.retriedToast(retried)) })}>
            <RotateCcw aria-hidden /> {t.retryEnrichment}
          </MenuItem>
        )}
        {status === "archived" ? (
          <MenuItem onSelect={() => acts.update.mutate({ id, change: { status: "draft" } })}>
            <ArchiveRestore aria-hidden /> {t.unarchive}
          </MenuItem>
        ) : (
          <MenuItem
            disabled={status === "active"}
            onSelect={() => acts.update.mutate({ id, change: { status: "archived" } }, { onSuccess: () => toastResult(t.archivedToast) })}
          >
            <Archive aria-hidden /> {t.archive}
          </MenuItem>
        )}
        {may.administer && (
          <>
            <MenuSeparator />
            <MenuItem danger disabled={status === "active"} onSelect={() => setRemoving(true)}>
              <Trash2 aria-hidden /> {t.remove}
            </MenuItem>
          </>
        )}
      </Menu>
      <ProblemNotice
        className="w-full"
        error={acts.launch.error ?? acts.retryEnrichment.error ?? acts.pause.error ?? acts.resume.error ?? acts.duplicate.error ?? acts.update.error}
      />
      <ConfirmDialog
        open={removing}
        danger
        title={t.removeTitle}
        text={t.removeText}
        action={t.remove}
        busy={acts.remove.isPending}
        onClose={() => setRemoving(false)}
        onConfirm={() =>
          acts.remove.mutate(id, {
            onSuccess: () => {
              toastResult(t.removedToast);
              void navigate({ to: "/campaigns" });
            },
          })
        }
      >
        <ProblemNotice error={acts.remove.error} />
      </ConfirmDialog>
    </>
  );
}
