import { CloudOff, Lock, SearchX, TriangleAlert } from "lucide-react";
import { ApiError } from "@/session/ApiError";
import { useTexts } from "@/i18n/texts";
import { EmptyState } from "./EmptyState";
import { texts } from "./texts";
import { Button } from "./ui/Button";

/** What happened, in words, and a way on. Absent and forbidden things look the same to the API, not to the reader. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useTexts(texts);
  const apiError = error instanceof ApiError ? error : null;
  const retry = onRetry !== undefined && (
    <Button onClick={onRetry} look="secondary">
      {t.retry}
    </Button>
  );
  const reference = apiError?.requestId != null && (
    <p className="w-full text-xs text-ink-faint">{t.reference(apiError.requestId)}</p>
  );
  return (
    <div role="alert">
      {apiError?.status === 403 ? (
        <EmptyState icon={Lock} title={t.forbiddenTitle} text={t.forbiddenText} />
      ) : apiError?.status === 404 ? (
        <EmptyState icon={SearchX} title={t.notFoundTitle} text={t.notFoundText} />
      ) : apiError?.status === 0 ? (
        <EmptyState icon={CloudOff} title={t.errorTitle} text={t.networkError}>
          {retry}
        </EmptyState>
      ) : (
        <EmptyState
          icon={TriangleAlert}
          title={t.errorTitle}
          text={apiError !== null && apiError.status < 500 ? apiError.message : t.serverError}
        >
          {retry}
          {reference}
        </EmptyState>
      )}
    </div>
  );
}
