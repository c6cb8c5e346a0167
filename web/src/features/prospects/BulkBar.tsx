import { Ban, Tag, Trash2 } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { Notice, ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { type ProspectBulk, useProspectBulk } from "./queries";
import { texts } from "./texts";

type Asking = "tag" | "suppress" | "delete";

export function BulkBar({ ids, nameOfId, onDone }: { ids: readonly string[]; nameOfId: (id: string) => string; onDone: (left: string[]) => void }) {
  const t = useTexts(texts);
  const may = useMay();
  const bulk = useProspectBulk();
  const [asking, setAsking] = useState<Asking>();
  const [tag, setTag] = useState("");
  const failed = bulk.data?.failed ?? [];

  function run(act: Pick<ProspectBulk, "action" | "tag">): void {
    bulk.mutate(
      { ids: [...ids], ...act },
      {
        onSuccess: (result) => {
          setAsking(undefined);
          setTag("");
          onDone(result.failed.map(({ id }) => id));
          if (result.succeeded.length > 0) toastResult(t.done(result.succeeded.length));
        },
      },
    );
  }

  return (
    <div className="space-y-3 border-b border-line bg-primary-soft/40 px-4 py-2.5 sm:px-6">
      {ids.length > 0 && (
        <div className="flex flex-wrap items-center gap-2">
          <p className="mr-2 text-[0.8125rem] font-medium tabular-nums">{t.selected(ids.length)}</p>
          <Button size="sm" onClick={() => setAsking("tag")}>
            <Tag aria-hidden /> {t.addTag}
          </Button>
          <Button size="sm" onClick={() => setAsking("suppress")}>
            <Ban aria-hidden /> {t.suppress}
          </Button>
          {may.administer && (
            <Button size="sm" onClick={() => setAsking("delete")}>
              <Trash2 aria-hidden /> {t.remove}
            </Button>
          )}
        </div>
      )}
      {failed.length > 0 && (
        <Notice tone="bad">
          {t.failed(failed.length)}
          <ul className="mt-1 list-disc pl-4">
            {failed.map(({ id, reason }) => (
              <li key={id}>
                {nameOfId(id)}: {reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <ConfirmDialog
        open={asking !== undefined}
        danger={asking !== "tag"}
        title={asking === "tag" ? t.addTag : asking === "suppress" ? t.suppressTitle(ids.length) : t.removeTitle(ids.length)}
        text={asking === "tag" ? t.selected(ids.length) : asking === "suppress" ? t.suppressText : t.removeText}
        action={asking === "tag" ? t.addTag : asking === "suppress" ? t.suppress : t.remove}
        busy={bulk.isPending}
        onClose={() => setAsking(undefined)}
        onConfirm={() => {
          if (asking !== "tag") run({ action: asking ?? "suppress" });
          else if (tag.trim() !== "") run({ action: "tag", tag: tag.trim() });
        }}
      >
        <ProblemNotice error={bulk.error} className="mb-4" />
        {asking === "tag" && (
          <Field label={t.tagName}>
            {(control) => <Input {...control} autoFocus maxLength={60} value={tag} onChange={(event) => setTag(event.target.value)} />}
          </Field>
        )}
      </ConfirmDialog>
    </div>
  );
}
