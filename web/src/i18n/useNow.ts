import { useEffect, useState } from "react";

const everyMs = 30_000;

/** The present moment in milliseconds, renewed every half minute, so that what depends on it doesn't stay behind. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
