import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { invitationsAccept } from "@/api";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { useTexts } from "@/i18n/texts";
import { setOrganizationId } from "@/session/organization";
import { texts } from "./texts";

const route = getRouteApi("/visitor/accept-invitation");

/** Reached signed in: the router sends a visitor to the sign-in page first, and back here. */
export function AcceptInvitationPage() {
  const t = useTexts(texts);
  const { token } = route.useSearch();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const accept = useMutation({
    mutationFn: () => invitationsAccept({ body: { token: token ?? "" } }),
    onSuccess: async ({ id }) => {
      setOrganizationId(id);
      await queryClient.resetQueries();
      await navigate({ to: "/" });
    },
  });
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t.acceptTitle}</h1>
      <p className="mt-1 text-ink-muted">{t.acceptText}</p>
      <div className="mt-8 space-y-5">
        <ProblemNotice error={accept.error} />
        <Button look="primary" className="w-full" busy={accept.isPending} disabled={token === undefined} onClick={() => accept.mutate()}>
          {t.accept}
        </Button>
        <p className="text-[0.8125rem]">
          <Link to="/" className="text-primary-ink underline-offset-4 hover:underline">
            {t.notNow}
          </Link>
        </p>
      </div>
    </>
  );
}
