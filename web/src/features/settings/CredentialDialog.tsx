import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { type Credential, type ServiceName, useCredentialActs } from "./queries";
import { texts } from "./texts";

type CredentialDialogProps = { service: ServiceName; name: string; credential: Credential | undefined; onClose: () => void };

/** Takes a key once. What is not secret (the agent's id) stays editable; the key itself never comes back. */
export function CredentialDialog({ service, name, credential, onClose }: CredentialDialogProps) {
  const t = useTexts(texts);
  const { put } = useCredentialActs(service);
  const agentId: unknown = credential?.options.agent_id;
  const form = useForm({
    resolver: zodResolver(z.object({ key: z.string().trim().min(4, t.keyTooShort), agentId: z.string().trim() })),
    defaultValues: { key: "", agentId: typeof agentId === "string" ? agentId : "" },
  });
  const { errors } = form.formState;

  const submit = form.handleSubmit((values) => {
    const options = { ...credential?.options, ...(service === "phantombuster" && values.agentId !== "" ? { agent_id: values.agentId } : {}) };
    put.mutate(
      { key: values.key, options, webhook_url: credential?.webhook_url ?? null },
      {
        onSuccess: () => {
          toastResult(t.keySaved);
          onClose();
        },
      },
    );
  });

  return (
    <Dialog open onClose={onClose} title={t.keyTitle(name)} description={t.keyText} className="sm:w-[min(480px,calc(100vw-32px))]">
      <form className="space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        <ProblemNotice error={put.error} />
        <Field label={t.key} error={errors.key?.message}>
          {(control) => <Input {...control} type="password" autoComplete="off" autoFocus spellCheck={false} {...form.register("key")} />}
        </Field>
        {service === "phantombuster" && (
          <Field label={t.agentId} hint={t.agentIdHint}>
            {(control) => <Input {...control} inputMode="numeric" {...form.register("agentId")} />}
          </Field>
        )}
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={put.isPending}>
            {t.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
