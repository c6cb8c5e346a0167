import { useEffect, useEffectEvent } from "react";

const typing = "input, textarea, select, [contenteditable=true], [role=menu], [role=dialog]";

/** Single-key acts of a list (`j`, `a`, …), silent while the person types, holds a modifier, or has a window open. */
export function useListKeys(acts: Record<string, () => void>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest(typing)) {
      // A ticked checkbox keeps the focus; it takes no letters.
      if (!(event.target instanceof HTMLInputElement && event.target.type === "checkbox")) return;
    }
    if (document.querySelector("[role=dialog]")) return;
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}
