import { useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/Menu";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { type Scenario, useScenarioActs } from "./queries";
import { texts } from "./texts";

type Asked = "copy" | "rename" | "delete";

/** What can be done with a scenario as a whole. One that campaigns use can't be deleted, so that isn't offered. */
export function ScenarioMenu({ scenario }: { scenario: Scenario }) {
  const t = useTexts(texts);
  const may = useMay();
  const navigate = useNavigate();
  const { copy, update, remove } = useScenarioActs(scenario.id);
  const [asked, setAsked] = useState<Asked>();
  const [name, setName] = useState("");
  const close = () => setAsked(undefined);

  function ask(what: Asked, suggested = ""): void {
    setName(suggested);
    setAsked(what);
  }

  function confirm(): void {
    if (asked === "delete") {
      remove.mutate(undefined, { onSuccess: () => void navigate({ to: "/scenarios" }) });
    } else if (name.trim() !== "") {
      if (asked === "copy") {
        copy.mutate(name.trim(), {
          onSuccess: ({ id }) => {
            close();
            void navigate({ to: "/scenarios", search: { scenario: id } });
          },
        });
      } else update.mutate({ name: name.trim() }, { onSuccess: close });
    }
  }

  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" size="iconSm" aria-label={t.more}>
            <Ellipsis aria-hidden />
          </Button>
        }
      >
        <MenuItem onSelect={() => ask("copy", t.copyOf(scenario.name))}>{t.copy}</MenuItem>
        <MenuItem onSelect={() => ask("rename", scenario.name)}>{t.rename}</MenuItem>
        <MenuItem onSelect={() => update.mutate({ is_active: !scenario.is_active }, { onSuccess: () => toastResult(t.saved) })}>
          {scenario.is_active ? t.takeOut : t.takeIn}
        </MenuItem>
        {may.administer && scenario.campaign_count === 0 && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={() => ask("delete")}>
              {t.remove}
            </MenuItem>
          </>
        )}
      </Menu>
      {asked && (
        <ConfirmDialog
          open
          danger={asked === "delete"}
          title={{ copy: t.copyTitle, rename: t.renameTitle, delete: t.removeTitle(scenario.name) }[asked]}
          text={{ copy: t.copyText, rename: t.renameText, delete: t.removeText }[asked]}
          action={{ copy: t.copy, rename: t.rename, delete: t.remove }[asked]}
          busy={copy.isPending || update.isPending || remove.isPending}
          onClose={close}
          onConfirm={confirm}
        >
          <div className="space-y-4">
            <ProblemNotice error={copy.error ?? update.error ?? remove.error} />
            {asked !== "delete" && (
              <Field label={t.name}>
                {(control) => <Input {...control} autoFocus maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
              </Field>
            )}
          </div>
        </ConfirmDialog>
      )}
    </>
  );
}
