import { useTexts, defineTexts, label, plural } from "@/i18n/texts";
import { ChannelIcon } from "./ChannelIcon";
import { vocabulary } from "./vocabulary";

export type ScenarioStep = {
  id: string;
  position: number;
  delay_days: number;
  channel: "linkedin" | "email" | "sms";
  kind: string;
  objective: string;
  target_length?: number;
  cta?: string;
};

const texts = defineTexts({
  en: {
    atOnce: "At once",
    later: (days: number) => `${plural("en", days, "business day", "business days")} later`,
    words: (count: number) => `about ${plural("en", count, "word", "words")}`,
    asks: "Asks:",
  },
  fr: {
    atOnce: "Tout de suite",
    later: (days: number) => `${plural("fr", days, "jour ouvré", "jours ouvrés")} plus tard`,
    words: (count: number) => `environ ${plural("fr", count, "mot", "mots")}`,
    asks: "Demande :",
  },
});

/** The steps of a scenario down a line of time. */
export function ScenarioSteps({ steps }: { steps: readonly ScenarioStep[] }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  return (
    <ol>
      {steps.map((step, index) => (
        <li key={step.id} className="relative flex gap-4 pb-6 last:pb-0">
          {index < steps.length - 1 && <span aria-hidden className="absolute top-10 bottom-0 left-[1.1875rem] w-px bg-line" />}
          <span className="flex size-10 shrink-0 items-center justify-center rounded-full border border-line bg-surface text-primary-ink">
            <ChannelIcon channel={step.channel} className="size-4.5" />
          </span>
          <div className="min-w-0 flex-1 pt-0.5">
            <p className="text-xs text-ink-muted">
              {step.delay_days === 0 ? t.atOnce : t.later(step.delay_days)} · {label(words.channel, step.channel)}
              {label(words.kind, step.kind) !== label(words.channel, step.channel) && <> · {label(words.kind, step.kind)}</>}
              {step.target_length !== undefined && <> · {t.words(step.target_length)}</>}
            </p>
            <p className="mt-0.5 font-medium">{step.objective}</p>
            {step.cta !== undefined && step.cta !== "" && (
              <p className="mt-0.5 text-[0.8125rem] text-ink-muted">
                {t.asks} {step.cta}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
