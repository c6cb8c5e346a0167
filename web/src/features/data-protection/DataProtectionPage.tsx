import { getRouteApi } from "@tanstack/react-router";
import { AdministratorsOnly } from "@/components/AdministratorsOnly";
import { PageHeader } from "@/components/PageHeader";
import { Segments } from "@/components/ui/Segments";
import { useTexts } from "@/i18n/texts";
import { Erasures } from "./Erasures";
import { Exports } from "./Exports";
import { Retention } from "./Retention";
import { texts } from "./texts";

const route = getRouteApi("/member/data-protection");
const views = ["retention", "erasures", "exports"] as const;

export function DataProtectionPage() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view = views.find((candidate) => candidate === search.view) ?? "retention";
  return (
    <>
      <PageHeader title={t.title} hint={t.hint} />
      <AdministratorsOnly>
        <Segments
          label={t.views}
          className="mb-6"
          value={view}
          options={views.map((value) => ({ value, label: t.view[value] }))}
          onChange={(next) => void navigate({ search: next === "retention" ? {} : { view: next }, replace: true })}
        />
        <div className="max-w-4xl">
          {view === "retention" && <Retention />}
          {view === "erasures" && <Erasures />}
          {view === "exports" && <Exports />}
        </div>
      </AdministratorsOnly>
    </>
  );
}
