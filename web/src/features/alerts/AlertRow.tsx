import { Link } from "@tanstack/react-router";
import { CircleAlert, Info, OctagonAlert } from "lucide-react";
import { alertTexts } from "@/components/alertTexts";
import { cn } from "@/components/ui/cn";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import type { Alert } from "./queries";
import { texts } from "./texts";

const looks: Record<Alert["severity"], { icon: typeof Info; tile: string; tone: Tone }> = {
  info: { icon: Info, tile: "bg-primary-soft text-primary-ink", tone: "primary" },
  warning: { icon: CircleAlert, tile: "bg-accent-soft text-accent-ink", tone: "accent" },
  critical: { icon: OctagonAlert, tile: "bg-bad-soft text-bad-ink", tone: "bad" },
};

export function AlertRow({ alert, busy, onResolve }: { alert: Alert; busy: boolean; onResolve: () => void }) {
  const t = useTexts(texts);
  const words = useTexts(alertTexts);
  const format = useFormat();
  const may = useMay();
  const { icon: Icon, tile, tone } = looks[alert.severity];
  const isNew = alert.read_at === null && alert.resolved_at === null;
  return (
    <li className="flex gap-4 px-4 py-4 sm:px-6" data-alert={alert.kind}>
      <span className={cn("flex size-10 shrink-0 items-center justify-center rounded-lg", tile)}>
        <Icon className="size-5" aria-hidden />
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <h2 className="font-semibold">{words.kind[alert.kind]}</h2>
          <Badge tone={tone}>{t.severity[alert.severity]}</Badge>
          {isNew && <Badge tone="good">{t.isNew}</Badge>}
        </div>
        {words.advice && <p className="mt-1">{words.advice[alert.kind]}</p>}
        {/* The gateway writes its own sentences in English, whatever the reader's language. */}
        <p className={cn("mt-1 break-words", words.advice && "text-ink-muted")} lang="en">
          {alert.title}
        </p>
        {alert.detail !== "" && (
          <p className="text-ink-muted break-words" lang="en">
            {alert.detail}
          </p>
        )}
        <p className="mt-1.5 text-xs text-ink-muted">
          {[
            format.dateTime(alert.updated_at),
            alert.occurrences > 1 ? t.occurrences(alert.occurrences) : null,
            alert.resolved_at === null ? null : t.resolvedAt(format.relative(alert.resolved_at)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <div className="mt-3 flex flex-wrap gap-2 empty:hidden">
          <SeeIt alert={alert} text={t.see} />
          {may.write && alert.resolved_at === null && (
            <Button size="sm" busy={busy} onClick={onResolve}>
              {t.resolve}
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}

/** The page where something can be done about it, when there is one. */
function SeeIt({ alert: { entity, entity_id: id }, text }: { alert: Alert; text: string }) {
  const may = useMay();
  const link =
    entity === "campaigns" && id !== null ? (
      <Link to="/campaigns/$campaignId" params={{ campaignId: id }}>
        {text}
      </Link>
    ) : entity === "mailboxes" ? (
      <Link to="/settings/email">{text}</Link>
    ) : entity === "scenarios" && id !== null ? (
      <Link to="/scenarios" search={{ scenario: id }}>
        {text}
      </Link>
    ) : entity === "api_credentials" || entity === "credentials" ? (
      <Link to="/settings">{text}</Link>
    ) : entity === "retention_reports" && id !== null && may.administer ? (
      <Link to="/data-protection" search={{ report: id }}>
        {text}
      </Link>
    ) : entity === "erasures" && may.administer ? (
      <Link to="/data-protection" search={{ view: "erasures" }}>
        {text}
      </Link>
    ) : entity === "messages" ? (
      <Link to="/messages" search={{ status: "all" }}>
        {text}
      </Link>
    ) : entity === "inbound_events" && id !== null && may.administer ? (
      <Link to="/webhooks" search={{ event: id }}>
        {text}
      </Link>
    ) : null;
  return (
    link && (
      <Button asChild size="sm" look="secondary">
        {link}
      </Button>
    )
  );
}
