import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { invitationsAccept } from "@/api";
import { Notice, ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { useTexts } from "@/i18n/texts";
import { chooseOrganization, meQuery, useMe } from "@/session/me";
import { supabase } from "@/session/supabase";
import { texts } from "./texts";

const route = getRouteApi("/visitor/accept-invitation");

/** Reached signed in: the router sends a visitor to the sign-in page first, and back here. */
export function AcceptInvitationPage() {
  const t = useTexts(texts);
  const { token } = route.useSearch();
  const { data: me } = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const accept = useMutation({
    mutationFn: (invitation: string) => invitationsAccept({ body: { token: invitation } }),
    onSuccess: async ({ id, name }) => {
      queryClient.removeQueries({ queryKey: meQuery.queryKey });
      await chooseOrganization(id, queryClient);
      await navigate({ to: "/" });
      toastResult(t.joined(name));
    },
  });
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t.acceptTitle}</h1>
      <p className="mt-1 text-ink-muted">{t.acceptText}</p>
      <div className="mt-8 space-y-5">
        {token === undefined ? (
          <Notice tone="bad">{t.noToken}</Notice>
        ) : (
          <>
            {me && (
              <p className="rounded-lg bg-sunken px-4 py-3">
                {t.signedInAs} <strong className="font-medium break-words">{me.email}</strong>{" "}
                <button type="button" className="font-medium text-primary-ink underline-offset-4 hover:underline" onClick={() => void supabase().auth.signOut()}>
                  {t.anotherAccount}
                </button>
              </p>
            )}
            <ProblemNotice error={accept.error} />
            <Button look="primary" className="w-full" busy={accept.isPending} onClick={() => accept.mutate(token)}>
              {t.accept}
            </Button>
          </>
        )}
        <p className="text-[0.8125rem]">
          <Link to="/" className="text-primary-ink underline-offset-4 hover:underline">
            {t.notNow}
          </Link>
        </p>
      </div>
    </>
  );
}
