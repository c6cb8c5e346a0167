/**
 * Every address of the panel. Pages are loaded when they are visited, but for the dashboard, where most visits begin.
 * List state lives in the search parameters.
 */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { DashboardPage } from "@/features/dashboard/DashboardPage";
import { statsQuery } from "@/features/dashboard/queries";
import { meQuery, requireOrganization } from "@/session/me";
import { supabase } from "@/session/supabase";
import { AppLayout } from "./AppLayout";
import { Root } from "./Root";

const text = (value: unknown) => (typeof value === "string" ? value : undefined);
const number = (value: unknown) => (typeof value === "number" ? value : undefined);
const flag = (value: unknown) => (typeof value === "boolean" ? value : undefined);

/** Keeps the search parameters that the page knows, each of its own kind, and drops what anybody else put there. */
function search<Readers extends Record<string, (value: unknown) => unknown>>(readers: Readers) {
  return (given: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(readers)
        .map(([name, read]) => [name, read(given[name])] as const)
        .filter(([, value]) => value !== undefined),
    ) as { [Name in keyof Readers]?: ReturnType<Readers[Name]> };
}

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Root });

async function isSignedIn(): Promise<boolean> {
  const { data } = await supabase().auth.getSession();
  return data.session !== null;
}

/** A query that fails before its page is there fails again in it, where the reader sees why and can retry. */
function shownByThePage(): void {
  return undefined;
}

async function requireSignIn(href: string): Promise<void> {
  if (!(await isSignedIn())) throw redirect({ to: "/sign-in", search: href === "/" ? {} : { redirect: href } });
}

// Search readers are named before their routes: inside, their types are lost to the inference of the route's functions.

const visitor = createRoute({
  id: "visitor",
  getParentRoute: () => root,
  component: lazyRouteComponent(() => import("@/features/sign-in/VisitorLayout"), "VisitorLayout"),
});

const signIn = createRoute({
  path: "/sign-in",
  getParentRoute: () => visitor,
  validateSearch: search({ redirect: text }),
  beforeLoad: async () => {
    if (await isSignedIn()) throw redirect({ to: "/" });
  },
  component: lazyRouteComponent(() => import("@/features/sign-in/SignInPage"), "SignInPage"),
});
const signUp = createRoute({
  path: "/sign-up",
  getParentRoute: () => visitor,
  validateSearch: search({ redirect: text }),
  component: lazyRouteComponent(() => import("@/features/sign-in/SignUpPage"), "SignUpPage"),
});
const resetPassword = createRoute({
  path: "/reset-password",
  getParentRoute: () => visitor,
  component: lazyRouteComponent(() => import("@/features/sign-in/ResetPasswordPage"), "ResetPasswordPage"),
});
const newPassword = createRoute({
  path: "/new-password",
  getParentRoute: () => visitor,
  component: lazyRouteComponent(() => import("@/features/sign-in/NewPasswordPage"), "NewPasswordPage"),
});

const invitationSearch = search({ token: text });
const acceptInvitation = createRoute({
  path: "/accept-invitation",
  getParentRoute: () => visitor,
  validateSearch: invitationSearch,
  beforeLoad: ({ search: { token } }) => requireSignIn(`/accept-invitation?token=${encodeURIComponent(token ?? "")}`),
  component: lazyRouteComponent(() => import("@/features/sign-in/AcceptInvitationPage"), "AcceptInvitationPage"),
});

const member = createRoute({
  id: "member",
  getParentRoute: () => root,
  beforeLoad: async ({ location, context: { queryClient } }) => {
    await requireSignIn(location.href);
    await requireOrganization(queryClient).catch(shownByThePage);
  },
  loader: ({ context: { queryClient } }) => void queryClient.query(meQuery).catch(shownByThePage),
  component: AppLayout,
});

const dashboardSearch = search({ days: number });
const dashboard = createRoute({
  path: "/",
  getParentRoute: () => member,
  validateSearch: dashboardSearch,
  // The figures are asked for before the page is drawn.
  loaderDeps: ({ search: { days } }) => ({ days }),
  loader: ({ context: { queryClient }, deps: { days } }) => void queryClient.query(statsQuery(days)).catch(shownByThePage),
  component: DashboardPage,
});

const campaigns = createRoute({
  path: "/campaigns",
  getParentRoute: () => member,
  validateSearch: search({ q: text, status: text }),
  component: lazyRouteComponent(() => import("@/features/campaigns/CampaignsPage"), "CampaignsPage"),
});
const newCampaign = createRoute({
  path: "/campaigns/new",
  getParentRoute: () => member,
  component: lazyRouteComponent(() => import("@/features/campaigns/NewCampaignPage"), "NewCampaignPage"),
});
const campaign = createRoute({
  path: "/campaigns/$campaignId",
  getParentRoute: () => member,
  component: lazyRouteComponent(() => import("@/features/campaigns/CampaignPage"), "CampaignPage"),
});
const campaignOverview = createRoute({
  path: "/",
  getParentRoute: () => campaign,
  component: lazyRouteComponent(() => import("@/features/campaigns/CampaignOverview"), "CampaignOverview"),
});
const campaignProspects = createRoute({
  path: "/prospects",
  getParentRoute: () => campaign,
  component: lazyRouteComponent(() => import("@/features/campaigns/CampaignProspects"), "CampaignProspects"),
});
const campaignMessages = createRoute({
  path: "/messages",
  getParentRoute: () => campaign,
  component: lazyRouteComponent(() => import("@/features/campaigns/CampaignMessages"), "CampaignMessages"),
});
const campaignSettings = createRoute({
  path: "/settings",
  getParentRoute: () => campaign,
  component: lazyRouteComponent(() => import("@/features/campaigns/CampaignSettings"), "CampaignSettings"),
});

const prospects = createRoute({
  path: "/prospects",
  getParentRoute: () => member,
  validateSearch: search({ q: text, campaign: text, status: text, min_score: number, source: text, tag: text, sort: text, prospect: text, import: flag }),
  component: lazyRouteComponent(() => import("@/features/prospects/ProspectsPage"), "ProspectsPage"),
});

const messages = createRoute({
  path: "/messages",
  getParentRoute: () => member,
  validateSearch: search({ status: text, campaign: text }),
  component: lazyRouteComponent(() => import("@/features/messages/MessagesPage"), "MessagesPage"),
});

const review = createRoute({
  path: "/review",
  getParentRoute: () => member,
  validateSearch: search({ status: text, item: text }),
  component: lazyRouteComponent(() => import("@/features/review-items/ReviewQueuePage"), "ReviewQueuePage"),
});

const meetings = createRoute({
  path: "/meetings",
  getParentRoute: () => member,
  validateSearch: search({ when: text }),
  component: lazyRouteComponent(() => import("@/features/meetings/MeetingsPage"), "MeetingsPage"),
});

const scenarios = createRoute({
  path: "/scenarios",
  getParentRoute: () => member,
  validateSearch: search({ scenario: text }),
  component: lazyRouteComponent(() => import("@/features/scenarios/ScenariosPage"), "ScenariosPage"),
});

const alerts = createRoute({
  path: "/alerts",
  getParentRoute: () => member,
  validateSearch: search({ show: text }),
  component: lazyRouteComponent(() => import("@/features/alerts/AlertsPage"), "AlertsPage"),
});

const suppressions = createRoute({
  path: "/suppressions",
  getParentRoute: () => member,
  validateSearch: search({ q: text, kind: text }),
  component: lazyRouteComponent(() => import("@/features/suppressions/SuppressionsPage"), "SuppressionsPage"),
});

const webhooks = createRoute({
  path: "/webhooks",
  getParentRoute: () => member,
  validateSearch: search({ view: text, status: text, source: text, type: text, from: text, until: text, event: text }),
  component: lazyRouteComponent(() => import("@/features/webhooks/WebhooksPage"), "WebhooksPage"),
});

const auditLog = createRoute({
  path: "/audit-log",
  getParentRoute: () => member,
  validateSearch: search({ entity: text, actor: text, action: text, from: text, until: text, id: text }),
  component: lazyRouteComponent(() => import("@/features/audit/AuditPage"), "AuditPage"),
});

const dataProtection = createRoute({
  path: "/data-protection",
  getParentRoute: () => member,
  validateSearch: search({ view: text, report: text }),
  component: lazyRouteComponent(() => import("@/features/data-protection/DataProtectionPage"), "DataProtectionPage"),
});

const settings = createRoute({
  path: "/settings",
  getParentRoute: () => member,
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});
const settingsKeys = createRoute({
  path: "/",
  getParentRoute: () => settings,
  component: lazyRouteComponent(() => import("@/features/settings/CredentialsTab"), "CredentialsTab"),
});
const settingsIcp = createRoute({
  path: "/icp",
  getParentRoute: () => settings,
  component: lazyRouteComponent(() => import("@/features/settings/IcpTab"), "IcpTab"),
});
const settingsEmail = createRoute({
  path: "/email",
  getParentRoute: () => settings,
  component: lazyRouteComponent(() => import("@/features/settings/SendingTab"), "SendingTab"),
});
const settingsAgent = createRoute({
  path: "/agent",
  getParentRoute: () => settings,
  component: lazyRouteComponent(() => import("@/features/settings/AgentTab"), "AgentTab"),
});
const settingsTeam = createRoute({
  path: "/team",
  getParentRoute: () => settings,
  component: lazyRouteComponent(() => import("@/features/settings/TeamTab"), "TeamTab"),
});

export const routeTree = root.addChildren([
  visitor.addChildren([signIn, signUp, resetPassword, newPassword, acceptInvitation]),
  member.addChildren([
    dashboard,
    campaigns,
    newCampaign,
    campaign.addChildren([campaignOverview, campaignProspects, campaignMessages, campaignSettings]),
    prospects,
    messages,
    review,
    meetings,
    scenarios,
    alerts,
    suppressions,
    webhooks,
    auditLog,
    dataProtection,
    settings.addChildren([settingsKeys, settingsIcp, settingsEmail, settingsAgent, settingsTeam]),
  ]),
]);
