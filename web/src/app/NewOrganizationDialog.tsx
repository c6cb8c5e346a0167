import { useNavigate } from "@tanstack/react-router";
import { Dialog } from "@/components/ui/Dialog";
import { useTexts } from "@/i18n/texts";
import { CreateOrganizationForm } from "./CreateOrganizationForm";
import { texts } from "./texts";

/** Another organisation beside the ones that the person has. */
export default function NewOrganizationDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const navigate = useNavigate();
  return (
    <Dialog open onClose={onClose} title={t.anotherOrganization} description={t.anotherOrganizationText} className="sm:w-[min(440px,calc(100vw-32px))]">
      <CreateOrganizationForm onDone={() => navigate({ to: "/" })} />
    </Dialog>
  );
}
