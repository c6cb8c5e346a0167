/**
 * What the panel must know before it can start. The hosting server's `/env.js` wins over values baked in at build time,
 * so that one build runs on every stage.
 */
export type Environment = {
  VITE_SUPABASE_URL: string;
  VITE_SUPABASE_PUBLISHABLE_KEY: string;
  VITE_API_BASE_URL: string;
  VITE_SENTRY_DSN?: string;
  /** Shown under the sign-in form, for demonstrations: "demo@example.com / password". */
  VITE_SIGN_IN_HINT?: string;
};

/** What each setting must be. Written out because zod would weigh 13 KB on every first load for these five. */
const kinds = {
  VITE_SUPABASE_URL: "address",
  VITE_SUPABASE_PUBLISHABLE_KEY: "text",
  VITE_API_BASE_URL: "address",
  VITE_SENTRY_DSN: "optional",
  VITE_SIGN_IN_HINT: "optional",
} as const satisfies Record<keyof Environment, "address" | "text" | "optional">;

export type EnvironmentProblem = { setting: string; problem: string };

declare global {
  interface Window {
    __ENV__?: Record<string, string | undefined>;
  }
}

/** Reads and checks the settings; lists every setting that is missing or malformed instead of stopping at the first. */
export function readEnvironment(
  runtime: Record<string, string | undefined>,
  built: Record<string, unknown>,
): { environment: Environment } | { problems: EnvironmentProblem[] } {
  const values: Record<string, string> = {};
  const problems: EnvironmentProblem[] = [];
  for (const [setting, kind] of Object.entries(kinds)) {
    const value = [runtime[setting], built[setting]].find((candidate) => typeof candidate === "string" && candidate !== "");
    if (typeof value !== "string") {
      if (kind !== "optional") problems.push({ setting, problem: "is missing" });
    } else if (kind === "address" && !/^https?:\/\/[^/\s]/.test(value)) {
      problems.push({ setting, problem: "is not a web address" });
    } else {
      values[setting] = value;
    }
  }
  return problems.length > 0 ? { problems } : { environment: values as Environment };
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
