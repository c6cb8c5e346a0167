import { Logo } from "@/components/Logo";
import { Button } from "@/components/ui/Button";
import { useTexts } from "@/i18n/texts";
import { supabase } from "@/session/supabase";
import { CreateOrganizationForm } from "./CreateOrganizationForm";
import { texts } from "./texts";

/** The first thing a new person sees: everything else belongs to an organisation. */
export default function CreateOrganization() {
  const t = useTexts(texts);
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6 py-16">
      <Logo className="size-10" />
      <h1 className="mt-6 text-2xl font-semibold tracking-tight">{t.newOrganizationTitle}</h1>
      <p className="mt-1 mb-8 text-ink-muted">{t.newOrganizationText}</p>
      <CreateOrganizationForm>
        <Button look="quiet" onClick={() => void supabase().auth.signOut()}>
          {t.signOut}
        </Button>
      </CreateOrganizationForm>
    </main>
  );
}
