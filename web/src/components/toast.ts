import { useSyncExternalStore } from "react";

let wanted = false;
const listeners = new Set<() => void>();

/** Short results of an act ("Campaign launched"). Errors that need reading are shown where they happened, not here. */
export function toastResult(text: string): void {
  if (!wanted) {
    wanted = true;
    listeners.forEach((listener) => listener());
  }
  void import("sonner").then(({ toast }) => toast.success(text));
}

/** Whether anything was ever said: until then the place for it isn't loaded. */
export function useToastsWanted(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => wanted,
  );
}
