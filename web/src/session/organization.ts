/**
 * Which organisation this tab works in. Each tab keeps its own, so that two can be open side by side; a new tab begins
 * with the last one that was chosen anywhere.
 */
import { useSyncExternalStore } from "react";

const storageKey = "sales-machine.organization";
const listeners = new Set<() => void>();

export function getOrganizationId(): string | null {
  const own = sessionStorage.getItem(storageKey);
  if (own !== null) return own;
  const last = localStorage.getItem(storageKey);
  // From here on another tab's choice no longer moves this one.
  if (last !== null) sessionStorage.setItem(storageKey, last);
  return last;
}

export function setOrganizationId(organizationId: string | null): void {
  for (const storage of [sessionStorage, localStorage]) {
    if (organizationId === null) storage.removeItem(storageKey);
    else storage.setItem(storageKey, organizationId);
  }
  listeners.forEach((listener) => listener());
}

export function useOrganizationId(): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, getOrganizationId);
}
