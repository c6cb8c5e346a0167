import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { useTexts } from "@/i18n/texts";
import { useMay, useMe } from "@/session/me";
import { EmptyState } from "./EmptyState";
import { texts } from "./texts";

/** A page that the gateway opens to an owner or administrator only; others are told so instead of being refused. */
export function AdministratorsOnly({ children }: { children: ReactNode }) {
  const t = useTexts(texts);
  const may = useMay();
  const { organization } = useMe();
  if (organization !== undefined && !may.administer) {
    return <EmptyState icon={Lock} title={t.forbiddenTitle} text={t.onlyAdministrators} />;
  }
  return children;
}
