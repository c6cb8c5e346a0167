import { Dialog } from "@/components/ui/Dialog";
import { Progress } from "@/components/ui/Progress";
import { label, useTexts } from "@/i18n/texts";
import type { DashboardStats } from "./queries";
import { texts } from "./texts";

/** The parts that the health score adds up. */
export default function HealthExplained({ health, onClose }: { health: DashboardStats["health"]; onClose: () => void }) {
  const t = useTexts(texts);
  return (
    <Dialog open onClose={onClose} title={t.healthOf(health.score)}>
      <ul className="space-y-4">
        {health.parts.map((part) => (
          <li key={part.name}>
            <div className="mb-1.5 flex items-baseline justify-between gap-4">
              <span className="font-medium">{label(t.part, part.name)}</span>
              <span className="text-ink-muted tabular-nums">
                {part.points} / {part.max_points}
              </span>
            </div>
            <Progress value={part.max_points === 0 ? 0 : part.points / part.max_points} label={label(t.part, part.name)} />
            <p className="mt-1.5 text-[0.8125rem] text-ink-muted">{part.explanation}</p>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
