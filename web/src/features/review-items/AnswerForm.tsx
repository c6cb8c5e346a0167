import { zodResolver } from "@hookform/resolvers/zod";
import { Send } from "lucide-react";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import * as z from "zod";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { TextDiff } from "@/components/TextDiff";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Checkbox, Field, Input, Textarea } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { type ReviewItemDetail, useReviewActs } from "./queries";
import { texts } from "./texts";

/** The suggested answer, to be sent as it is, changed first, kept for later, or not sent at all. */
export function AnswerForm({ item, locked, onDone }: { item: ReviewItemDetail; locked: boolean; onDone: () => void }) {
  const t = useTexts(texts);
  const acts = useReviewActs(item.id);
  const [closing, setClosing] = useState(false);
  const [note, setNote] = useState("");
  const [stopSequence, setStopSequence] = useState(false);
  const form = useForm({
    resolver: zodResolver(z.object({ subject: z.string().max(300), body: z.string().trim().min(1, t.bodyRequired) })),
    defaultValues: { subject: item.final_subject ?? item.draft_subject, body: item.final_body ?? item.draft_body },
  });
  const draft = useWatch({ control: form.control });
  const { errors } = form.formState;
  const edited = draft.subject !== item.draft_subject || draft.body !== item.draft_body;
  const busy = acts.approve.isPending || acts.save.isPending;

  const send = form.handleSubmit((answer) =>
    acts.approve.mutate(answer, {
      onSuccess: () => {
        toastResult(t.sent);
        onDone();
      },
    }),
  );
  const save = form.handleSubmit((answer) => acts.save.mutate(answer, { onSuccess: () => toastResult(t.saved) }));

  return (
    <section className="border-t border-line pt-6">
      <h3 className="font-semibold">{t.draft}</h3>
      {item.draft_body === "" && <p className="mt-1 text-ink-muted">{t.noDraft}</p>}
      <form className="mt-4 space-y-4" onSubmit={(event) => void send(event)}>
        <ProblemNotice error={acts.approve.error ?? acts.save.error} />
        <fieldset disabled={locked} className="space-y-4">
          {item.channel === "email" && (
            <Field label={t.subject} error={errors.subject?.message}>
              {(control) => <Input {...control} {...form.register("subject")} />}
            </Field>
          )}
          <Field label={t.body} error={errors.body?.message}>
            {(control) => <Textarea {...control} rows={8} {...form.register("body")} />}
          </Field>
          {edited && item.draft_body !== "" && (
            <details className="rounded-lg bg-sunken/60 px-4 py-3">
              <summary className="cursor-pointer text-[0.8125rem] font-medium">{t.changes}</summary>
              <div className="mt-2 leading-6">
                <TextDiff before={item.draft_body} after={draft.body ?? ""} />
              </div>
            </details>
          )}
          <div className="flex flex-wrap items-center gap-2">
            <Button type="submit" look="primary" busy={busy}>
              <Send aria-hidden /> {edited ? t.sendEdited : t.send}
            </Button>
            <Button disabled={!edited || busy} onClick={() => void save()}>
              {t.save}
            </Button>
            <Button look="quiet" className="sm:ml-auto" disabled={busy} onClick={() => setClosing(true)}>
              {t.reject}
            </Button>
          </div>
        </fieldset>
      </form>
      <ConfirmDialog
        open={closing}
        danger
        title={t.rejectTitle}
        text={t.rejectText}
        action={t.reject}
        busy={acts.reject.isPending}
        onClose={() => setClosing(false)}
        onConfirm={() =>
          acts.reject.mutate(
            { note: note.trim(), stop_sequence: stopSequence },
            {
              onSuccess: () => {
                toastResult(t.rejected);
                onDone();
              },
            },
          )
        }
      >
        <div className="space-y-4">
          <ProblemNotice error={acts.reject.error} />
          <Field label={t.note}>
            {(control) => <Textarea {...control} rows={3} maxLength={1000} value={note} onChange={(event) => setNote(event.target.value)} />}
          </Field>
          <label className="flex cursor-pointer items-start gap-2.5">
            <Checkbox className="mt-0.5" checked={stopSequence} onChange={(event) => setStopSequence(event.target.checked)} />
            {t.stopSequence}
          </label>
        </div>
      </ConfirmDialog>
    </section>
  );
}
