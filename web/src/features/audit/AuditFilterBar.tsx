import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { countSet } from "@/components/countSet";
import { FilterBar } from "@/components/FilterBar";
import { PeriodFields } from "@/components/PeriodFields";
import { Select } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { peopleQuery } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/audit-log");

export function AuditFilterBar() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const change = (changed: typeof search) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  const orNothing = (value: string) => (value === "" ? undefined : value);
  return (
    <FilterBar active={countSet(search)} onClear={() => void navigate({ search: {}, replace: true })}>
      <Select
        aria-label={t.actorFilter}
        className="sm:max-w-44"
        value={search.actor ?? ""}
        onChange={(event) => change({ actor: orNothing(event.target.value) })}
      >
        <option value="">{t.anyActor}</option>
        <optgroup label={t.people}>
          {people.map((person) => (
            <option key={person.user_id} value={`user:${person.user_id}`}>
              {person.full_name || person.email}
            </option>
          ))}
        </optgroup>
        <optgroup label={t.machines}>
          {Object.entries(t.actor).map(([actor, name]) => (
            <option key={actor} value={actor}>
              {name}
            </option>
          ))}
        </optgroup>
      </Select>
      <Select
        aria-label={t.entityFilter}
        className="sm:max-w-44"
        value={search.entity ?? ""}
        onChange={(event) => change({ entity: orNothing(event.target.value), id: undefined })}
      >
        <option value="">{t.anyEntity}</option>
        {Object.entries(t.entity).map(([entity, name]) => (
          <option key={entity} value={entity}>
            {name}
          </option>
        ))}
      </Select>
      <Select aria-label={t.actionFilter} value={search.action ?? ""} onChange={(event) => change({ action: orNothing(event.target.value) })}>
        <option value="">{t.anyAction}</option>
        {Object.entries(t.action).map(([action, name]) => (
          <option key={action} value={action}>
            {name}
          </option>
        ))}
      </Select>
      <PeriodFields from={search.from} until={search.until} onChange={change} />
    </FilterBar>
  );
}
