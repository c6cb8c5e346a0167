import { ServerCrash } from "lucide-react";
import type { EnvironmentProblem } from "@/environment/environment";
import { EmptyState } from "@/components/EmptyState";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";

/** Shown instead of the panel when it can't know where its server is: names every setting to mend. */
export function EnvironmentProblems({ problems }: { problems: EnvironmentProblem[] }) {
  const t = useTexts(texts);
  return (
    <main className="mx-auto max-w-xl py-16">
      <EmptyState icon={ServerCrash} title={t.environmentTitle} text={t.environmentText}>
        <ul className="w-full space-y-2 text-left">
          {problems.map(({ setting, problem }) => (
            <li key={setting} className="rounded-lg border border-line bg-surface px-4 py-3">
              <code className="font-semibold">{setting}</code> <span className="text-ink-muted">{problem}</span>
            </li>
          ))}
        </ul>
      </EmptyState>
    </main>
  );
}
