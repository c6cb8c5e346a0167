import {
  Bell,
  CalendarDays,
  FileClock,
  Inbox,
  LayoutDashboard,
  ListTree,
  type LucideIcon,
  Mail,
  Settings,
  ShieldBan,
  ShieldCheck,
  Target,
  Users,
  Webhook,
} from "lucide-react";
import { useMay } from "@/session/me";
import type { texts } from "./texts";

type NavigationText = keyof (typeof texts)["en"]["nav"];

export type NavigationItem = {
  to:
    | "/"
    | "/campaigns"
    | "/prospects"
    | "/messages"
    | "/review"
    | "/meetings"
    | "/scenarios"
    | "/alerts"
    | "/suppressions"
    | "/webhooks"
    | "/audit-log"
    | "/data-protection"
    | "/settings";
  text: NavigationText;
  icon: LucideIcon;
  /** Which waiting figure to show beside the name. */
  waiting?: "messages" | "reviewItems" | "alerts";
  group: "work" | "administration";
  /** On a phone: in the bar at the bottom; the others are behind "More". */
  inBar?: true;
  /** Only for an owner or administrator: nobody else is answered there. */
  administer?: true;
};

const navigation: readonly NavigationItem[] = [
  { to: "/", text: "dashboard", icon: LayoutDashboard, group: "work", inBar: true },
  { to: "/campaigns", text: "campaigns", icon: Target, group: "work", inBar: true },
  { to: "/prospects", text: "prospects", icon: Users, group: "work", inBar: true },
  { to: "/messages", text: "messages", icon: Mail, group: "work", waiting: "messages", inBar: true },
  { to: "/review", text: "review", icon: Inbox, group: "work", waiting: "reviewItems" },
  { to: "/meetings", text: "meetings", icon: CalendarDays, group: "work" },
  { to: "/scenarios", text: "scenarios", icon: ListTree, group: "work" },
  { to: "/alerts", text: "alerts", icon: Bell, group: "administration", waiting: "alerts" },
  { to: "/suppressions", text: "suppressions", icon: ShieldBan, group: "administration" },
  { to: "/webhooks", text: "webhooks", icon: Webhook, group: "administration", administer: true },
  { to: "/audit-log", text: "auditLog", icon: FileClock, group: "administration", administer: true },
  { to: "/data-protection", text: "dataProtection", icon: ShieldCheck, group: "administration", administer: true },
  { to: "/settings", text: "settings", icon: Settings, group: "administration" },
];

/** What the person's role can do something with. */
export function useNavigation(): NavigationItem[] {
  const { administer } = useMay();
  return navigation.filter((item) => item.administer === undefined || administer);
}
