/** Points the generated client at the gateway: the person's token on every call, one error class for every refusal. */
import { client } from "@/api/client.gen";
import { environment } from "@/environment/environment";
import { ApiError } from "./ApiError";
import { getOrganizationId } from "./organization";
import { supabase } from "./supabase";

export function configureApiClient(): void {
  client.setConfig({ baseUrl: environment().VITE_API_BASE_URL });

  client.interceptors.request.use(async (request) => {
    // Read before anything is waited for: a call belongs to the organisation in which it was made.
    const organizationId = getOrganizationId();
    const { data } = await supabase().auth.getSession();
    if (data.session) request.headers.set("Authorization", `Bearer ${data.session.access_token}`);
    if (organizationId !== null) request.headers.set("X-Organization-Id", organizationId);
    return request;
  });

  client.interceptors.error.use(async (error, response) => {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    if (response?.status === 401) await supabase().auth.signOut({ scope: "local" });
    return ApiError.from(error, response);
  });
}
