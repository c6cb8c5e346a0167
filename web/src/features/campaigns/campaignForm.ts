/** The values that the wizard and the settings tab edit, their rules, and their way to and from the API. */
import * as z from "zod";
import type { Language } from "@/i18n/language";
import type { Campaign, CampaignCreate, CampaignPatch } from "./queries";
import type { CampaignTexts } from "./texts";

const clock = /^\d{2}:\d{2}/;

export function campaignSchema(t: CampaignTexts) {
  const words = z.array(z.string());
  const webAddress = z.string().trim().regex(/^(https?:\/\/[^\s<>"]+)?$/, t.badUrl);
  return z
    .object({
      name: z.string().trim().min(1, t.required).max(200),
      sector: z.string().max(500),
      goal: z.string().max(20_000),
      language: z.enum(["fr", "en"]),
      tone: z.enum(["professional", "friendly", "direct", "formal"]),
      source: z.enum(["phantombuster", "csv"]),
      searchUrl: webAddress,
      maxProspects: z.string().trim().regex(/^([1-9]\d{0,5})?$/, t.positive),
      icp: z.object({ industries: words, job_titles: words, company_sizes: words, locations: words, technologies: words, pains: words }),
      scenarioId: z.string().min(1, t.chooseScenario),
      approvalPolicy: z.enum(["automatic", "review_first", "review_all"]),
      emailRule: z.enum(["any", "not_risky", "valid"]),
      threshold: z.string().trim().regex(/^(100|\d{1,2})$/, t.percentRange),
      sendDays: z.array(z.number()).min(1, t.chooseDay),
      sendFrom: z.string().regex(clock, t.required),
      sendUntil: z.string().regex(clock, t.required),
      timeZone: z.string().min(1, t.required),
      respectHolidays: z.boolean(),
      hourlyCap: z.string().trim().regex(/^[1-9]\d{0,3}$/, t.positive),
      mailboxIds: z.array(z.string()),
      bookingUrl: webAddress,
    })
    .refine((values) => values.sendFrom < values.sendUntil, { path: ["sendUntil"], message: t.untilAfterFrom });
}

export type CampaignValues = z.infer<ReturnType<typeof campaignSchema>>;

/** The fields of each step of the wizard, checked before the next one opens. */
export const fieldsOfStep: readonly (readonly (keyof CampaignValues)[])[] = [
  ["name", "sector", "goal", "language", "tone"],
  ["source", "searchUrl", "maxProspects", "icp"],
  ["scenarioId", "approvalPolicy", "emailRule", "threshold"],
  ["sendDays", "sendFrom", "sendUntil", "timeZone", "respectHolidays", "hourlyCap", "mailboxIds", "bookingUrl"],
];

export const noIcp: CampaignValues["icp"] = { industries: [], job_titles: [], company_sizes: [], locations: [], technologies: [], pains: [] };

export function newValues(language: Language): CampaignValues {
  return {
    name: "",
    sector: "",
    goal: "",
    language,
    tone: "professional",
    source: "phantombuster",
    searchUrl: "",
    maxProspects: "",
    icp: noIcp,
    scenarioId: "",
    approvalPolicy: "review_all",
    emailRule: "any",
    threshold: "80",
    sendDays: [1, 2, 3, 4, 5],
    sendFrom: "09:00",
    sendUntil: "18:00",
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    respectHolidays: true,
    hourlyCap: "20",
    mailboxIds: [],
    bookingUrl: "",
  };
}

export function valuesOf(campaign: Campaign): CampaignValues {
  const search = campaign.scraper_argument.searches;
  return {
    name: campaign.name,
    sector: campaign.sector,
    goal: campaign.goal,
    language: campaign.language,
    tone: campaign.tone,
    source: campaign.source,
    searchUrl: typeof search === "string" ? search : "",
    maxProspects: campaign.max_prospects?.toString() ?? "",
    icp: icpOf(campaign.icp),
    scenarioId: campaign.scenario_id ?? "",
    approvalPolicy: campaign.approval_policy,
    emailRule: campaign.email_rule,
    threshold: String(Math.round(campaign.confidence_threshold * 100)),
    sendDays: campaign.send_days,
    sendFrom: campaign.send_from.slice(0, 5),
    sendUntil: campaign.send_until.slice(0, 5),
    timeZone: campaign.time_zone,
    respectHolidays: campaign.respect_holidays,
    hourlyCap: String(campaign.hourly_cap),
    mailboxIds: campaign.mailbox_ids,
    bookingUrl: campaign.booking_url ?? "",
  };
}

/** A profile as the form holds it: every list present. */
export function icpOf(icp: { [Field in keyof CampaignValues["icp"]]?: string[] } | null): CampaignValues["icp"] {
  return {
    industries: icp?.industries ?? [],
    job_titles: icp?.job_titles ?? [],
    company_sizes: icp?.company_sizes ?? [],
    locations: icp?.locations ?? [],
    technologies: icp?.technologies ?? [],
    pains: icp?.pains ?? [],
  };
}

function common(values: CampaignValues) {
  return {
    name: values.name,
    sector: values.sector,
    goal: values.goal,
    language: values.language,
    tone: values.tone,
    approval_policy: values.approvalPolicy,
    email_rule: values.emailRule,
    confidence_threshold: Number(values.threshold) / 100,
    booking_url: values.bookingUrl === "" ? null : values.bookingUrl,
    send_days: [...values.sendDays].sort(),
    send_from: values.sendFrom,
    send_until: values.sendUntil,
    time_zone: values.timeZone,
    respect_holidays: values.respectHolidays,
    hourly_cap: Number(values.hourlyCap),
    max_prospects: values.maxProspects === "" ? null : Number(values.maxProspects),
    mailbox_ids: values.mailboxIds,
    icp: Object.values(values.icp).some((list) => list.length > 0) ? { name: values.name, ...values.icp } : null,
  };
}

function scraperArgument(values: CampaignValues) {
  return values.source === "phantombuster" && values.searchUrl !== "" ? { searches: values.searchUrl } : {};
}

export function toCreate(values: CampaignValues): CampaignCreate {
  return { ...common(values), source: values.source, scenario_id: values.scenarioId, scraper_argument: scraperArgument(values) };
}

/** What the settings tab sends. Source and scenario are fixed once the campaign has left the draft. */
export function toPatch(values: CampaignValues, isDraft: boolean): CampaignPatch {
  return isDraft
    ? { ...common(values), source: values.source, scenario_id: values.scenarioId, scraper_argument: scraperArgument(values) }
    : common(values);
}
