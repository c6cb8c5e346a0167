import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm, useWatch } from "react-hook-form";
import * as z from "zod";
import { ProblemNotice } from "@/components/Notice";
import { TextDiff } from "@/components/TextDiff";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input, Textarea } from "@/components/ui/Field";
import { Segments } from "@/components/ui/Segments";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { type Message, messageQuery, useMessageActs } from "./queries";
import { texts } from "./texts";

type View = "write" | "changes";

export function EditMessageDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { edit } = useMessageActs();
  const [view, setView] = useState<View>("write");
  const detail = useQuery(messageQuery(message.id));
  const revisions = detail.data?.revisions ?? [];
  const form = useForm({
    resolver: zodResolver(z.object({ subject: z.string().max(300), body: z.string().trim().min(1, t.bodyRequired) })),
    defaultValues: { subject: message.subject, body: message.body },
  });
  const draft = useWatch({ control: form.control });
  const { errors } = form.formState;
  const changed = draft.subject !== message.subject || draft.body !== message.body;

  const save = (approve: boolean) =>
    form.handleSubmit((values) =>
      edit.mutate(
        { id: message.id, ...values, approve },
        {
          onSuccess: () => {
            toastResult(approve ? t.approved : t.saved);
            onClose();
          },
        },
      ),
    );

  return (
    <Dialog open onClose={onClose} title={t.editTitle} description={t.editText(message.prospect_name)} className="sm:w-[min(720px,calc(100vw-32px))]">
      <Segments
        label={t.editTitle}
        value={view}
        onChange={setView}
        options={[
          { value: "write", label: t.write },
          { value: "changes", label: t.changes },
        ]}
      />
      <form className="mt-4 space-y-4" onSubmit={(event) => void save(false)(event)}>
        <ProblemNotice error={edit.error} />
        {view === "write" ? (
          <>
            {message.channel === "email" && (
              <Field label={t.subject} error={errors.subject?.message}>
                {(control) => <Input {...control} {...form.register("subject")} />}
              </Field>
            )}
            <Field label={t.body} error={errors.body?.message}>
              {(control) => <Textarea {...control} rows={12} autoFocus {...form.register("body")} />}
            </Field>
          </>
        ) : (
          <div className="min-h-64 rounded-lg bg-sunken/60 p-4 leading-6">
            {changed ? (
              <>
                {draft.subject !== message.subject && (
                  <div className="mb-3 font-medium">
                    <TextDiff before={message.subject} after={draft.subject ?? ""} />
                  </div>
                )}
                <TextDiff before={message.body} after={draft.body ?? ""} />
              </>
            ) : (
              <p className="text-ink-muted">{t.noChanges}</p>
            )}
            {revisions.length > 0 && (
              <div className="mt-6 space-y-3 border-t border-line pt-4">
                <h3 className="text-[0.8125rem] font-semibold">{t.earlierEdits}</h3>
                {revisions.map((revision) => (
                  <div key={revision.id}>
                    <p className="mb-1 text-xs text-ink-muted">{format.dateTime(revision.created_at)}</p>
                    <TextDiff before={revision.before_body} after={revision.after_body} />
                  </div>
                ))}
              </div>
            )}
          </div>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button type="submit" disabled={!changed} busy={edit.isPending}>
            {t.save}
          </Button>
          <Button look="primary" busy={edit.isPending} onClick={() => void save(true)()}>
            {t.saveAndApprove}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
