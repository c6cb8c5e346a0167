import { useState } from "react";

const storageKey = "sales-machine.prospect-columns";
const hiddenAtFirst = ["tags", "added"];

function read(): string[] {
  const kept = localStorage.getItem(storageKey);
  return kept === null ? hiddenAtFirst : kept.split(",").filter(Boolean);
}

/** The columns that the person took out of the table, remembered in this browser. */
export function useHiddenColumns(): [readonly string[], (hidden: string[]) => void] {
  const [hidden, setHidden] = useState(read);
  return [
    hidden,
    (next) => {
      localStorage.setItem(storageKey, next.join(","));
      setHidden(next);
    },
  ];
}
