import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import type { ReactNode } from "react";
import { Badge } from "@/components/ui/Badge";
import { enrollmentTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { FactList } from "./FactList";
import { readFacts, readTalkingPoints } from "./facts";
import type { Prospect } from "./queries";
import { texts } from "./texts";

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-t border-line pt-5 first:border-0 first:pt-0">
      <h3 className="mb-3 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="space-y-2">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name} className="grid grid-cols-[8rem_minmax(0,1fr)] gap-3">
            <dt className="text-ink-muted">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Only web addresses become links: what a stranger wrote in a profile is never a script to click on. */
function WebLink({ href, children }: { href: string; children: ReactNode }) {
  if (!/^https?:\/\//i.test(href)) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noreferrer noopener" className="inline-flex max-w-full items-center gap-1 text-primary-ink hover:underline">
      <span className="truncate">{children}</span> <ExternalLink className="size-3.5 shrink-0" aria-hidden />
    </a>
  );
}

export function ProfileTab({ prospect }: { prospect: Prospect }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { enrichment, company_details: company } = prospect;
  const talkingPoints = readTalkingPoints(enrichment?.talking_points ?? []);
  const facts = [...readFacts(company?.facts), ...readFacts(enrichment?.company_facts), ...readFacts(prospect.recent_activity)];
  const signals = readFacts(prospect.signals);
  const painPoints = readTalkingPoints(enrichment?.pain_points ?? []);
  const disc: unknown = enrichment?.disc.profile;
  const discEvidence: unknown = enrichment?.disc.evidence;

  return (
    <div className="space-y-5">
      {enrichment && enrichment.summary !== "" && (
        <Section title={t.summary}>
          <p className="leading-6">{enrichment.summary}</p>
          <p className="mt-2 text-xs text-ink-faint">
            {label(words.writtenBy, enrichment.source)} · {format.date(enrichment.created_at)}
          </p>
        </Section>
      )}
      <Section title={t.contact}>
        <Facts
          rows={[
            [
              t.email,
              prospect.email && (
                <>
                  <a className="text-primary-ink hover:underline" href={`mailto:${prospect.email}`}>
                    {prospect.email}
                  </a>{" "}
                  <span className="text-xs text-ink-muted">({label(t.emailStatus, prospect.email_status)})</span>
                </>
              ),
            ],
            [t.phone, prospect.phone && <a href={`tel:${prospect.phone}`}>{prospect.phone}</a>],
            [t.linkedin, prospect.linkedin_url && <WebLink href={prospect.linkedin_url}>{prospect.linkedin_url.replace(/^https?:\/\/(www\.)?/, "")}</WebLink>],
            [t.place, [prospect.city, prospect.country].filter(Boolean).join(", ")],
            [t.jobSince, prospect.job_started_on && format.date(prospect.job_started_on)],
          ]}
        />
      </Section>
      {company && (
        <Section title={`${t.company} · ${company.name}`}>
          <Facts
            rows={[
              [t.industry, company.industry],
              [t.size, company.size === null ? company.size_range : t.employees(company.size)],
              [t.revenue, company.revenue_eur === null ? null : `${format.compact(company.revenue_eur)} €`],
              [t.founded, company.founded_on && format.date(company.founded_on)],
              [t.place, [company.city, company.country].filter(Boolean).join(", ")],
              [t.technologies, company.technologies.join(", ")],
              [t.hiring, company.hiring.join(", ")],
              [t.linkedin, company.linkedin_url && <WebLink href={company.linkedin_url}>{company.name}</WebLink>],
            ]}
          />
        </Section>
      )}
      {talkingPoints.length > 0 && (
        <Section title={t.talkingPoints}>
          <ul className="space-y-3">
            {talkingPoints.map((point) => (
              <li key={point.text} className="border-l-2 border-primary pl-3">
                <p>{point.text}</p>
                {point.fact !== null && !point.text.includes(point.fact) && <p className="mt-0.5 text-[0.8125rem] text-ink-muted">{t.factSource(point.fact)}</p>}
              </li>
            ))}
          </ul>
        </Section>
      )}
      {painPoints.length > 0 && (
        <Section title={t.painPoints}>
          <ul className="list-disc space-y-1 pl-5">
            {painPoints.map((point) => (
              <li key={point.text}>{point.text}</li>
            ))}
          </ul>
        </Section>
      )}
      {typeof disc === "string" && (
        <Section title={t.disc}>
          <p>{label(t.discProfile, disc)}</p>
          {typeof discEvidence === "string" && discEvidence !== "" && <p className="mt-1 text-[0.8125rem] text-ink-muted">« {discEvidence} »</p>}
        </Section>
      )}
      {signals.length > 0 && (
        <Section title={t.signals}>
          <FactList facts={signals} />
        </Section>
      )}
      <Section title={t.facts}>{facts.length === 0 ? <p className="text-ink-muted">{t.noFacts}</p> : <FactList facts={facts} />}</Section>
      {prospect.enrollments.length > 0 && (
        <Section title={t.inCampaigns}>
          <ul className="space-y-2">
            {prospect.enrollments.map((enrollment) => (
              <li key={enrollment.id} className="flex items-center justify-between gap-4">
                <Link to="/campaigns/$campaignId" params={{ campaignId: enrollment.campaign_id }} className="min-w-0 truncate text-primary-ink hover:underline">
                  {enrollment.campaign_name}
                </Link>
                <Badge tone={enrollmentTone[enrollment.status]}>{label(words.enrollmentStatus, enrollment.status)}</Badge>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {prospect.sources.length > 0 && (
        <Section title={t.sources}>
          <ul className="space-y-1.5 text-[0.8125rem] text-ink-muted">
            {prospect.sources.map((source) => (
              <li key={`${source.source}-${source.found_at}-${source.line_number ?? ""}`}>
                {label(words.provenance, source.source)}
                {source.line_number !== null && ` · ${t.line.toLowerCase()} ${source.line_number}`} · {format.dateTime(source.found_at)} ·{" "}
                {label(t.lawfulBasis, source.lawful_basis)}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}
