import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Conversation } from "@/components/Conversation";
import { ErrorState } from "@/components/ErrorState";
import { Notice } from "@/components/Notice";
import { ScoreBadge } from "@/components/ScoreBadge";
import { SidePanel } from "@/components/ui/Dialog";
import { Segments } from "@/components/ui/Segments";
import { Skeleton } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { nameOf } from "./columns";
import { PersonalData } from "./PersonalData";
import { ProfileTab } from "./ProfileTab";
import { type Prospect, prospectQuery } from "./queries";
import { ScoreTab } from "./ScoreTab";
import { texts } from "./texts";
import { TimelineTab } from "./TimelineTab";
import { WhyTab } from "./WhyTab";

const tabs = ["profile", "score", "activity", "conversation", "why"] as const;
type Tab = (typeof tabs)[number];

export default function ProspectPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTexts(texts);
  const query = useQuery(prospectQuery(id));
  const prospect = query.data;
  return (
    <SidePanel
      open
      onClose={onClose}
      title={
        prospect ? (
          <span className="flex items-center gap-3">
            <span className="truncate">{nameOf(prospect)}</span> <ScoreBadge score={prospect.score} />
          </span>
        ) : (
          t.title
        )
      }
      description={prospect ? [prospect.title, prospect.company?.name].filter(Boolean).join(" · ") : undefined}
    >
      {query.isPending ? (
        <div className="space-y-4 p-6">
          <Skeleton className="h-10" />
          <Skeleton className="h-40" />
          <Skeleton className="h-64" />
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Profile prospect={query.data} onErased={onClose} />
      )}
    </SidePanel>
  );
}

function Profile({ prospect, onErased }: { prospect: Prospect; onErased: () => void }) {
  const t = useTexts(texts);
  const may = useMay();
  const [tab, setTab] = useState<Tab>("profile");
  return (
    <div className="space-y-6 p-4 sm:p-6">
      {prospect.is_suppressed && <Notice tone="bad">{t.suppressed}</Notice>}
      <Segments label={t.tabs} value={tab} onChange={setTab} options={tabs.map((value) => ({ value, label: t.tab[value] }))} />
      {tab === "profile" && (
        <>
          <ProfileTab prospect={prospect} />
          {may.administer && <PersonalData prospect={prospect} onErased={onErased} />}
        </>
      )}
      {tab === "score" && <ScoreTab prospect={prospect} />}
      {tab === "activity" && <TimelineTab prospect={prospect} />}
      {tab === "conversation" &&
        (prospect.conversation.length === 0 ? (
          <p className="py-8 text-center text-ink-muted">{t.noConversation}</p>
        ) : (
          <Conversation exchanges={prospect.conversation} them={nameOf(prospect)} />
        ))}
      {tab === "why" && <WhyTab prospectId={prospect.id} />}
    </div>
  );
}
