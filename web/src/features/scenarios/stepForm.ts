/** The steps of a scenario as a form holds them, and back. */
import * as z from "zod";
import type { Step, StepChange } from "./queries";
import type { ScenarioTexts } from "./texts";

export const channels = ["email", "linkedin", "sms"] as const;
type Channel = (typeof channels)[number];
type Kind = Step["kind"];

/** What a step can be on each channel; the first is what it becomes when the channel is changed. */
export const kindsOf: Record<Channel, readonly Kind[]> = {
  email: ["email", "follow_up"],
  linkedin: ["invitation", "message", "follow_up"],
  sms: ["sms"],
};

export const mostVariants = 3;
const fewestVariants = 2;

const whole = (least: number, most: number, message: string) =>
  z
    .string()
    .trim()
    .refine((text) => /^\d{1,3}$/.test(text) && Number(text) >= least && Number(text) <= most, message);

export function schema(t: ScenarioTexts) {
  const variant = z.object({ objective: z.string().trim().min(1, t.required).max(1000), prompt: z.string(), cta: z.string().max(1000) });
  return z.object({
    appliesTo: z.enum(["not_yet_past", "new_only"]),
    steps: z
      .array(
        z.object({
          stepId: z.string(),
          channel: z.enum(channels),
          kind: z.enum(["invitation", "message", "follow_up", "email", "sms"]),
          delay: whole(0, 365, t.delayRange),
          objective: z.string().trim().min(1, t.required).max(1000),
          prompt: z.string(),
          words: whole(5, 400, t.wordsRange),
          cta: z.string().max(1000),
          variants: z.array(variant).max(mostVariants),
        }),
      )
      .min(1, t.oneStep),
  });
}

export type Values = z.infer<ReturnType<typeof schema>>;
export type StepValues = Values["steps"][number];

export function newStep(first: boolean): StepValues {
  return { stepId: "", channel: "email", kind: "email", delay: first ? "0" : "3", objective: "", prompt: "", words: "80", cta: "", variants: [] };
}

export function valuesOf(steps: readonly Step[]): Values {
  return {
    appliesTo: "not_yet_past",
    steps: steps.map((step) => ({
      stepId: step.id,
      channel: step.channel,
      kind: step.kind,
      delay: String(step.delay_days),
      objective: step.objective,
      prompt: step.prompt ?? "",
      words: String(step.target_length ?? 80),
      cta: step.cta ?? "",
      variants: (step.variants ?? []).map(({ objective, prompt = "", cta = "" }) => ({ objective, prompt, cta })),
    })),
  };
}

/** A step that was there keeps its id, so that people who are on it stay on it; a new one has none. */
export function toSteps(values: Values): StepChange[] {
  return values.steps.map(({ stepId, delay, words, variants, kind, channel, ...texts }) => ({
    ...texts,
    id: stepId === "" ? null : stepId,
    channel,
    kind: kindsOf[channel].includes(kind) ? kind : (kindsOf[channel][0] ?? kind),
    delay_days: Number(delay),
    target_length: Number(words),
    variants,
  }));
}

/** Comparing takes two ways at least: the step's own words become the first, ready to be changed. */
export function startComparing(step: StepValues): StepValues["variants"] {
  const own = { objective: step.objective, prompt: step.prompt, cta: step.cta };
  return [own, { ...own, objective: "" }];
}

/** Without a second way nothing is compared any more. */
export function withoutVariant(variants: StepValues["variants"], index: number): StepValues["variants"] {
  const left = variants.filter((_, at) => at !== index);
  return left.length < fewestVariants ? [] : left;
}
