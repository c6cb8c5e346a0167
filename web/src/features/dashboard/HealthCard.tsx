import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { DashboardStats } from "./queries";
import { texts } from "./texts";

const HealthExplained = lazy(() => import("./HealthExplained"));

const stateTones: Record<string, Tone> = { healthy: "good", verified: "good", failing: "bad", silent: "accent", unverified: "accent" };
const serviceNames: Record<string, string> = {
  phantombuster: "PhantomBuster",
  instantly: "Instantly",
  calcom: "Cal.com",
  calendly: "Calendly",
  anthropic: "Anthropic",
  openai: "OpenAI",
  resend: "Resend",
  twilio: "Twilio",
  hubspot: "HubSpot",
  pappers: "Pappers",
  smtp: "SMTP",
};

export function HealthCard({ stats }: { stats: DashboardStats }) {
  const t = useTexts(texts);
  const [explained, setExplained] = useState(false);
  const { score } = stats.health;
  const word = score >= 80 ? t.healthGood : score >= 50 ? t.healthFair : t.healthBad;
  const stroke = score >= 80 ? "stroke-good" : score >= 50 ? "stroke-accent" : "stroke-bad";
  return (
    <Card>
      <CardHeader title={t.health}>
        <Button look="quiet" size="sm" className="-my-1 -mr-2 text-primary-ink" onClick={() => setExplained(true)}>
          {t.healthHow}
        </Button>
      </CardHeader>
      <div className="flex items-center gap-5 px-4 pt-4 sm:px-6">
        <svg viewBox="0 0 80 80" className="size-20 shrink-0" role="img" aria-label={t.healthOf(score)}>
          <circle cx="40" cy="40" r="34" fill="none" strokeWidth="8" className="stroke-sunken" />
          <circle
            cx="40"
            cy="40"
            r="34"
            fill="none"
            strokeWidth="8"
            strokeLinecap="round"
            pathLength="100"
            strokeDasharray={`${score} 100`}
            transform="rotate(-90 40 40)"
            className={stroke}
          />
          <text x="40" y="41" textAnchor="middle" dominantBaseline="central" className="fill-ink text-[22px] font-semibold">
            {score}
          </text>
        </svg>
        <p className="text-base font-medium text-balance">{word}</p>
      </div>
      <div className="space-y-1.5 p-4 sm:p-6">
        <States title={t.workflows} states={stats.workflows.map((flow) => ({ ...flow, name: label(t.workflow, flow.name) }))} />
        {stats.vendors.length === 0 ? (
          <p className="text-[0.8125rem] text-ink-muted">
            {t.noVendors}{" "}
            <Link to="/settings" className="font-medium text-primary-ink hover:underline">
              {t.connect}
            </Link>
          </p>
        ) : (
          <States title={t.vendors} states={stats.vendors.map((vendor) => ({ ...vendor, name: label(serviceNames, vendor.service_name) }))} />
        )}
      </div>
      {explained && (
        <Suspense>
          <HealthExplained health={stats.health} onClose={() => setExplained(false)} />
        </Suspense>
      )}
    </Card>
  );
}

type State = { name: string; state: string; last_finished_at?: string | null; last_verified_at?: string | null };

function States({ title, states }: { title: string; states: readonly State[] }) {
  const t = useTexts(texts);
  const format = useFormat();
  const troubled = states.filter(({ state }) => state === "failing" || state === "silent").length;
  return (
    <details className="group" open={troubled > 0}>
      <summary className="-mx-2 flex cursor-pointer items-center justify-between gap-3 rounded-lg px-2 py-1.5 hover:bg-sunken">
        <h3 className="text-[0.8125rem] font-medium">{title}</h3>
        <Badge tone={troubled > 0 ? "bad" : "good"} dot>
          {troubled > 0 ? t.troubled(troubled) : t.allFine}
        </Badge>
      </summary>
      <ul className="space-y-2 pt-3 pb-1">
        {states.map(({ name, state, last_finished_at, last_verified_at }) => {
          const at = last_finished_at ?? last_verified_at;
          return (
            <li key={name} className="flex items-center justify-between gap-3 text-[0.8125rem]">
              <span className="min-w-0 truncate" title={at == null ? undefined : format.dateTime(at)}>
                {name}
              </span>
              <Badge tone={stateTones[state]} dot>
                {label(t.state, state)}
              </Badge>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
