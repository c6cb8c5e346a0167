import { useEffect, useEffectEvent, useRef } from "react";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { Button } from "./ui/Button";

type LoadMoreProps = { hasMore: boolean; isLoading: boolean; onLoad: () => void };

/** Fetches the next page when its place comes into view; a button for keyboards and for when that fails. */
export function LoadMore({ hasMore, isLoading, onLoad }: LoadMoreProps) {
  const t = useTexts(texts);
  const place = useRef<HTMLDivElement>(null);
  const load = useEffectEvent(() => {
    if (hasMore && !isLoading) onLoad();
  });

  useEffect(() => {
    if (!hasMore || !place.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && load(), { rootMargin: "400px" });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [hasMore]);

  if (!hasMore) return null;
  return (
    <div ref={place} className="flex justify-center py-4">
      <Button look="quiet" size="sm" busy={isLoading} onClick={onLoad}>
        {t.loadMore}
      </Button>
    </div>
  );
}
