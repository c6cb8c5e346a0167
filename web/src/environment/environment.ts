/**
 * What the panel must know before it can start. The hosting server's `/env.js` wins over values baked in at build time,
 * so that one build runs on every stage.
 */
import * as z from "zod/mini";

const optionalText = z.optional(z.string());

const environmentSchema = z.object({
  VITE_SUPABASE_URL: z.url(),
  VITE_SUPABASE_PUBLISHABLE_KEY: z.string().check(z.minLength(1)),
  VITE_API_BASE_URL: z.url(),
  VITE_SENTRY_DSN: optionalText,
  /** Shown under the sign-in form, for demonstrations: "demo@example.com / password". */
  VITE_SIGN_IN_HINT: optionalText,
});

export type Environment = z.infer<typeof environmentSchema>;

export type EnvironmentProblem = { setting: string; problem: string };

declare global {
  interface Window {
    __ENV__?: Record<string, string | undefined>;
  }
}

const names = [
  "VITE_SUPABASE_URL",
  "VITE_SUPABASE_PUBLISHABLE_KEY",
  "VITE_API_BASE_URL",
  "VITE_SENTRY_DSN",
  "VITE_SIGN_IN_HINT",
] as const satisfies readonly (keyof Environment)[];

/** Reads and checks the settings; lists every setting that is missing or malformed instead of stopping at the first. */
export function readEnvironment(
  runtime: Record<string, string | undefined>,
  built: Record<string, unknown>,
): { environment: Environment } | { problems: EnvironmentProblem[] } {
  const values = Object.fromEntries(
    names.map((name) => [name, runtime[name] === undefined || runtime[name] === "" ? built[name] : runtime[name]]),
  );
  const parsed = environmentSchema.safeParse(values);
  if (parsed.success) return { environment: parsed.data };
  const problems = parsed.error.issues.map((issue) => {
    const setting = String(issue.path[0]);
    return { setting, problem: values[setting] === undefined ? "is missing" : "is not valid" };
  });
  return { problems };
}

let current: Environment | undefined;

export function setEnvironment(environment: Environment): void {
  current = environment;
}

/** The settings of this page. Throws when called before `setEnvironment`. */
export function environment(): Environment {
  if (!current) throw new Error("The environment was read before it was set.");
  return current;
}
