/** One supabase-js client per page: sign-in and Realtime only. All data goes through the gateway. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { environment } from "@/environment/environment";

let client: SupabaseClient | undefined;

export function supabase(): SupabaseClient {
  client ??= createClient(environment().VITE_SUPABASE_URL, environment().VITE_SUPABASE_PUBLISHABLE_KEY);
  return client;
}
