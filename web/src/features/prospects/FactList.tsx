import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { Fact } from "./facts";
import { texts } from "./texts";

export function FactList({ facts }: { facts: readonly Fact[] }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <ul className="space-y-3">
      {facts.map((fact, index) => (
        <li key={`${fact.text}-${index}`}>
          <p>{fact.text}</p>
          <p className="mt-0.5 text-xs text-ink-muted">
            {[fact.source === null ? null : t.factSource(fact.source.replaceAll("_", " ")), fact.date === null ? null : format.date(fact.date)]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </li>
      ))}
    </ul>
  );
}
