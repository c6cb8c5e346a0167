import { nameOf } from "./columns";
import type { Prospect } from "./queries";

/** What has to be typed before a person is erased: their address, else their profile, their number, their name. */
export function toType(prospect: Pick<Prospect, "email" | "linkedin_url" | "phone" | "first_name" | "last_name">): string {
  return [prospect.email, prospect.linkedin_url, prospect.phone].find((known) => known !== null && known !== "") ?? nameOf(prospect);
}
