/** Only an address of this panel is followed; anything else would make the sign-in an open redirect. */
export function ownAddress(wanted: string | undefined): string {
  return wanted !== undefined && /^\/(?![/\\])/.test(wanted) ? wanted : "/";
}
