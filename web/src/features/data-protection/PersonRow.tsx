import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { RetentionItem } from "./queries";
import { texts } from "./texts";

const tones: Record<RetentionItem["status"], Tone> = { due: "accent", held: "primary", erased: "neutral", spared: "good" };

type PersonRowProps = { person: RetentionItem; editable: boolean; busy: boolean; onKeep: () => void; onRelease: () => void };

export function PersonRow({ person, editable, busy, onKeep, onRelease }: PersonRowProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-6">
      <div className="min-w-0 flex-1 basis-48">
        <p className="truncate font-medium">{person.status === "erased" ? t.erasedPerson : name || (person.email ?? "?")}</p>
        <p className="text-[0.8125rem] text-ink-muted">
          {person.counted_from === "contact" ? t.lastContact(format.date(person.last_contact_at)) : t.neverAnswered(format.date(person.last_contact_at))}
          {person.hold_reason !== null && person.status === "held" && ` · ${person.hold_reason}`}
        </p>
      </div>
      <Badge tone={tones[person.status]}>{t.itemStatus[person.status]}</Badge>
      {editable && person.status === "due" && (
        <Button size="sm" onClick={onKeep}>
          {t.keep}
        </Button>
      )}
      {editable && person.status === "held" && (
        <Button size="sm" look="quiet" busy={busy} onClick={onRelease}>
          {t.release}
        </Button>
      )}
    </li>
  );
}
