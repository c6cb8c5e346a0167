import { Link } from "@tanstack/react-router";
import { SearchX, TriangleAlert } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { texts } from "@/components/texts";
import { Button } from "@/components/ui/Button";
import { Skeleton } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";

export function PagePending() {
  const t = useTexts(texts);
  return (
    <div role="status" aria-label={t.loading} className="space-y-6">
      <Skeleton className="h-8 w-56" />
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {[0, 1, 2, 3].map((card) => (
          <Skeleton key={card} className="h-28 rounded-xl" />
        ))}
      </div>
      <Skeleton className="h-72 rounded-xl" />
    </div>
  );
}

export function NotFoundPage() {
  const t = useTexts(texts);
  return (
    <EmptyState icon={SearchX} title={t.notFoundTitle} text={t.notFoundText}>
      <Button asChild look="primary">
        <Link to="/">{t.backToDashboard}</Link>
      </Button>
    </EmptyState>
  );
}

export function PageCrash() {
  const t = useTexts(texts);
  return (
    <div role="alert">
      <EmptyState icon={TriangleAlert} title={t.crashTitle} text={t.crashText}>
        <Button look="primary" onClick={() => window.location.reload()}>
          {t.reload}
        </Button>
        <Button asChild>
          <Link to="/">{t.backToDashboard}</Link>
        </Button>
      </EmptyState>
    </div>
  );
}
