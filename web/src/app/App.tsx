import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useToastsWanted } from "@/components/toast";
import { setOrganizationId } from "@/session/organization";
import { supabase } from "@/session/supabase";
import { queryClient } from "./queryClient";
import { router } from "./router";

const Toasts = lazy(() => import("@/components/Toasts"));

export function App() {
  const toastsWanted = useToastsWanted();
  useEffect(() => {
    const { data } = supabase().auth.onAuthStateChange((event) => {
      if (event !== "SIGNED_OUT" && event !== "PASSWORD_RECOVERY") return;
      if (event === "SIGNED_OUT") {
        setOrganizationId(null);
        queryClient.clear();
      }
      // Deferred: the auth client forbids calls into itself from inside its own callback.
      setTimeout(() => {
        if (event === "PASSWORD_RECOVERY") void router.navigate({ to: "/new-password" });
        else void router.invalidate();
      });
    });
    return () => data.subscription.unsubscribe();
  }, []);

  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      {toastsWanted && (
        <Suspense>
          <Toasts />
        </Suspense>
      )}
    </QueryClientProvider>
  );
}
