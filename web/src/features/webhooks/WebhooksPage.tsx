import { getRouteApi } from "@tanstack/react-router";
import { AdministratorsOnly } from "@/components/AdministratorsOnly";
import { PageHeader } from "@/components/PageHeader";
import { Segments } from "@/components/ui/Segments";
import { useTexts } from "@/i18n/texts";
import { Endpoints } from "./Endpoints";
import { Events } from "./Events";
import { texts } from "./texts";

const route = getRouteApi("/member/webhooks");

export function WebhooksPage() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const view = search.view === "endpoints" ? "endpoints" : "events";
  return (
    <>
      <PageHeader title={t.title} hint={t.hint}>
        <Segments
          label={t.view}
          value={view}
          options={[
            { value: "events", label: t.events },
            { value: "endpoints", label: t.endpoints },
          ]}
          onChange={(next) => void navigate({ search: next === "endpoints" ? { view: next } : {}, replace: true })}
        />
      </PageHeader>
      <AdministratorsOnly>{view === "events" ? <Events /> : <Endpoints />}</AdministratorsOnly>
    </>
  );
}
