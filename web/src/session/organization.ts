/** Which organisation the person works in. Only members of several ever choose; the gateway knows the others' only one. */
const storageKey = "sales-machine.organization";

export function getOrganizationId(): string | null {
  return localStorage.getItem(storageKey);
}

export function setOrganizationId(organizationId: string | null): void {
  if (organizationId === null) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, organizationId);
}
