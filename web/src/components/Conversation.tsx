import { defineTexts, useTexts } from "@/i18n/texts";
import { useFormat } from "@/i18n/format";
import { cn } from "./ui/cn";

export type Exchange = { direction: "in" | "out"; subject: string; text: string; at: string };

const texts = defineTexts({
  en: { us: "Us", conversation: "Conversation" },
  fr: { us: "Nous", conversation: "Conversation" },
});

/** A thread, oldest first: theirs on the left, ours on the right. */
export function Conversation({ exchanges, them }: { exchanges: readonly Exchange[]; them: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <ol aria-label={t.conversation} className="space-y-4">
      {exchanges.map((exchange, index) => {
        const ours = exchange.direction === "out";
        return (
          <li key={`${exchange.at}-${index}`} className={cn("flex flex-col", ours ? "items-end" : "items-start")}>
            <div
              className={cn(
                "max-w-[min(36rem,92%)] rounded-2xl px-4 py-3",
                ours ? "rounded-br-md bg-primary-soft" : "rounded-bl-md border border-line bg-surface",
              )}
            >
              {exchange.subject !== "" && <p className="mb-1 text-[0.8125rem] font-semibold">{exchange.subject}</p>}
              <p className="break-words whitespace-pre-wrap">{exchange.text}</p>
            </div>
            <p className="mt-1 px-1 text-xs text-ink-faint">
              {ours ? t.us : them} · <time dateTime={exchange.at}>{format.dateTime(exchange.at)}</time>
            </p>
          </li>
        );
      })}
    </ol>
  );
}
