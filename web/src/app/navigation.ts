import { CalendarDays, Inbox, LayoutDashboard, ListTree, type LucideIcon, Mail, Settings, Target, Users } from "lucide-react";
import type { texts } from "./texts";

type NavigationText = keyof (typeof texts)["en"]["nav"];

export type NavigationItem = {
  to: "/" | "/campaigns" | "/prospects" | "/messages" | "/review" | "/meetings" | "/scenarios" | "/settings";
  text: NavigationText;
  icon: LucideIcon;
  /** Which waiting figure to show beside the name. */
  waiting?: "messages" | "reviewItems";
  /** On a phone: in the bar at the bottom; the others are behind "More". */
  inBar: boolean;
};

export const navigation: readonly NavigationItem[] = [
  { to: "/", text: "dashboard", icon: LayoutDashboard, inBar: true },
  { to: "/campaigns", text: "campaigns", icon: Target, inBar: true },
  { to: "/prospects", text: "prospects", icon: Users, inBar: true },
  { to: "/messages", text: "messages", icon: Mail, waiting: "messages", inBar: true },
  { to: "/review", text: "review", icon: Inbox, waiting: "reviewItems", inBar: false },
  { to: "/meetings", text: "meetings", icon: CalendarDays, inBar: false },
  { to: "/scenarios", text: "scenarios", icon: ListTree, inBar: false },
  { to: "/settings", text: "settings", icon: Settings, inBar: false },
];
