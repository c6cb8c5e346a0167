import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useFieldArray, useForm } from "react-hook-form";
import * as z from "zod";
import { ErrorState } from "@/components/ErrorState";
import { Notice, ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Field, Input, Select, Textarea } from "@/components/ui/Field";
import { Skeleton } from "@/components/ui/Skeleton";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { type AgentSettings, agentQuery, usePutAgent } from "./queries";
import { type SettingsTexts, texts } from "./texts";

const personalities = ["advisor", "expert", "friendly", "direct"] as const;
const tones = ["professional", "friendly", "direct", "formal"] as const;

function schema(t: SettingsTexts) {
  const line = z.string().max(500);
  return z.object({
    sender_first_name: line,
    sender_last_name: line,
    sender_title: line,
    sender_company: line,
    value_proposition: z.string(),
    signature: z.string(),
    personality: z.enum(personalities),
    tone: z.enum(tones),
    style: z.string(),
    threshold: z.string().trim().regex(/^(100|\d{1,2})$/, t.percentRange),
    templates: z.array(z.object({ name: z.string().trim().min(1, t.required), text: z.string().trim().min(1, t.required) })),
  });
}

type Values = z.infer<ReturnType<typeof schema>>;

function valuesOf(settings: AgentSettings): Values {
  return {
    sender_first_name: settings.sender_first_name ?? "",
    sender_last_name: settings.sender_last_name ?? "",
    sender_title: settings.sender_title ?? "",
    sender_company: settings.sender_company ?? "",
    value_proposition: settings.value_proposition ?? "",
    signature: settings.signature ?? "",
    personality: settings.personality ?? "advisor",
    tone: settings.tone ?? "professional",
    style: settings.style ?? "",
    threshold: String(Math.round((settings.confidence_threshold ?? 0.8) * 100)),
    templates: Object.entries(settings.templates ?? {}).map(([name, text]) => ({ name, text })),
  };
}

export function AgentTab() {
  const query = useQuery(agentQuery);
  if (query.isPending) return <Skeleton className="h-96 max-w-4xl rounded-xl" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <AgentForm settings={query.data} />;
}

function AgentForm({ settings }: { settings: AgentSettings }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const may = useMay();
  const put = usePutAgent();
  const form = useForm({ resolver: zodResolver(schema(t)), defaultValues: valuesOf(settings), mode: "onTouched" });
  const { register, control, formState } = form;
  const { errors } = formState;
  const templates = useFieldArray({ control, name: "templates" });

  const save = form.handleSubmit(({ threshold, templates: list, ...values }) =>
    put.mutate(
      { ...values, confidence_threshold: Number(threshold) / 100, templates: Object.fromEntries(list.map(({ name, text }) => [name, text])) },
      {
        onSuccess: (saved) => {
          form.reset(valuesOf(saved));
          toastResult(t.saved);
        },
      },
    ),
  );

  const senderFields = [
    ["sender_first_name", t.firstName],
    ["sender_last_name", t.lastName],
    ["sender_title", t.jobTitle],
    ["sender_company", t.company],
  ] as const;

  return (
    <form className="max-w-4xl space-y-6" noValidate onSubmit={(event) => void save(event)}>
      {!may.administer && <Notice tone="info">{t.readOnly}</Notice>}
      <fieldset disabled={!may.administer} className="space-y-6">
        <Card className="p-4 sm:p-6">
          <h2 className="mb-5 text-[0.9375rem] font-semibold tracking-tight">{t.sender}</h2>
          <div className="grid gap-6 sm:grid-cols-2">
            {senderFields.map(([name, text]) => (
              <Field key={name} label={text}>
                {(attributes) => <Input {...attributes} {...register(name)} />}
              </Field>
            ))}
            <Field label={t.valueProposition} className="sm:col-span-2">
              {(attributes) => <Textarea {...attributes} rows={3} {...register("value_proposition")} />}
            </Field>
            <Field label={t.signature} className="sm:col-span-2">
              {(attributes) => <Textarea {...attributes} rows={3} {...register("signature")} />}
            </Field>
          </div>
        </Card>
        <Card className="p-4 sm:p-6">
          <h2 className="mb-5 text-[0.9375rem] font-semibold tracking-tight">{t.manner}</h2>
          <div className="grid gap-6 sm:grid-cols-2">
            <Field label={t.personality}>
              {(attributes) => (
                <Select {...attributes} className="w-full" {...register("personality")}>
                  {personalities.map((value) => (
                    <option key={value} value={value}>
                      {label(t.personalities, value)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t.tone}>
              {(attributes) => (
                <Select {...attributes} className="w-full" {...register("tone")}>
                  {tones.map((value) => (
                    <option key={value} value={value}>
                      {label(words.tone, value)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <Field label={t.style} hint={t.styleHint} className="sm:col-span-2">
              {(attributes) => <Textarea {...attributes} rows={2} className="min-h-16" {...register("style")} />}
            </Field>
          </div>
        </Card>
        <Card className="p-4 sm:p-6">
          <h2 className="mb-5 text-[0.9375rem] font-semibold tracking-tight">{t.autonomy}</h2>
          <Field label={t.threshold} hint={t.thresholdHint} error={errors.threshold?.message}>
            {(attributes) => <Input {...attributes} inputMode="numeric" className="w-28 tabular-nums" {...register("threshold")} />}
          </Field>
        </Card>
        <Card className="p-4 sm:p-6">
          <h2 className="text-[0.9375rem] font-semibold tracking-tight">{t.templates}</h2>
          <p className="mt-0.5 mb-5 text-[0.8125rem] text-ink-muted">{t.templatesHint}</p>
          <div className="space-y-5">
            {templates.fields.map((template, index) => (
              <div key={template.id} className="grid items-start gap-4 sm:grid-cols-[12rem_minmax(0,1fr)_auto]">
                <Field label={t.templateName} error={errors.templates?.[index]?.name?.message}>
                  {(attributes) => <Input {...attributes} {...register(`templates.${index}.name`)} />}
                </Field>
                <Field label={t.templateText} error={errors.templates?.[index]?.text?.message}>
                  {(attributes) => <Textarea {...attributes} rows={3} {...register(`templates.${index}.text`)} />}
                </Field>
                <Button look="quiet" size="icon" className="sm:mt-6" aria-label={t.removeTemplate(template.name)} onClick={() => templates.remove(index)}>
                  <Trash2 aria-hidden />
                </Button>
              </div>
            ))}
            <Button size="sm" onClick={() => templates.append({ name: "", text: "" })}>
              <Plus aria-hidden /> {t.addTemplate}
            </Button>
          </div>
        </Card>
      </fieldset>
      <ProblemNotice error={put.error} />
      {may.administer && (
        <Button type="submit" look="primary" busy={put.isPending} disabled={!formState.isDirty}>
          {t.save}
        </Button>
      )}
    </form>
  );
}
