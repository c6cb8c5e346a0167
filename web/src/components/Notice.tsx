import { CircleAlert, CircleCheck, Info } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError } from "@/session/ApiError";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { cn } from "./ui/cn";

type NoticeTone = "info" | "good" | "accent" | "bad";

const looks: Record<NoticeTone, string> = {
  info: "bg-primary-soft text-primary-ink",
  good: "bg-good-soft text-good-ink",
  accent: "bg-accent-soft text-accent-ink",
  bad: "bg-bad-soft text-bad-ink",
};
const icons = { info: Info, good: CircleCheck, accent: CircleAlert, bad: CircleAlert };

/** A sentence that needs reading, where it matters. Problems are announced to screen readers. */
export function Notice({ tone, children, className }: { tone: NoticeTone; children: ReactNode; className?: string }) {
  const Icon = icons[tone];
  return (
    <div role={tone === "bad" ? "alert" : "status"} className={cn("flex items-start gap-2.5 rounded-lg px-3.5 py-2.5 text-[0.8125rem]", looks[tone], className)}>
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">{children}</div>
    </div>
  );
}

/** Why an act was refused, with the fields named by the server. Renders nothing without an error. */
export function ProblemNotice({ error, className }: { error: unknown; className?: string }) {
  const t = useTexts(texts);
  if (error == null) return null;
  const apiError = error instanceof ApiError ? error : null;
  const text =
    apiError === null || apiError.status >= 500 ? t.serverError : apiError.status === 0 ? t.networkError : apiError.message;
  return (
    <Notice tone="bad" className={className}>
      {text}
      {apiError !== null && apiError.fields.length > 0 && (
        <ul className="mt-1 list-disc pl-4">
          {apiError.fields.map(({ field, message }) => (
            <li key={`${field}-${message}`}>
              {field}: {message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
