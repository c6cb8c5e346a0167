import { type AuthError, isAuthApiError, isAuthRetryableFetchError } from "@supabase/supabase-js";
import type { SignInTexts } from "./texts";

/** The sentence for what the sign-in service refused. */
export function authProblem(error: AuthError, t: SignInTexts): string {
  if (isAuthRetryableFetchError(error)) return t.unreachable;
  if (error.code === "user_already_exists" || error.code === "email_exists") return t.accountExists;
  if (error.code === "weak_password") return t.tooShort;
  if (error.code === "over_request_rate_limit" || error.status === 429) return t.tooMany;
  if (isAuthApiError(error) && error.code !== undefined && error.code !== "invalid_credentials") return error.message;
  return t.wrongCredentials;
}
