import type { Source } from "./queries";

/** Services where a person sets the webhook up; at the others the gateway does, with their key. */
export const handmade = ["calendly", "resend", "twilio", "phantombuster"] as const satisfies readonly Source[];

/** They sign with a secret of their own, which has to be brought here. */
const ownSecret: readonly Source[] = ["resend", "twilio"];

export function isHandmade(source: Source): boolean {
  return handmade.some((candidate) => candidate === source);
}

export function bringsItsSecret(source: Source): boolean {
  return ownSecret.includes(source);
}
