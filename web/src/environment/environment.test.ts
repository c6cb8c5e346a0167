import { describe, expect, it } from "vitest";
import { readEnvironment } from "./environment";

const complete = {
  VITE_SUPABASE_URL: "http://127.0.0.1:54321",
  VITE_SUPABASE_PUBLISHABLE_KEY: "publishable",
  VITE_API_BASE_URL: "http://127.0.0.1:8000",
};

describe("reading the environment", () => {
  it("takes the hosting server's value over the built one", () => {
    const read = readEnvironment({ VITE_API_BASE_URL: "https://api.example.com" }, complete);
    expect(read).toEqual({ environment: { ...complete, VITE_API_BASE_URL: "https://api.example.com" } });
  });

  it("falls back to the built value when the server gives an empty one", () => {
    expect(readEnvironment({ VITE_API_BASE_URL: "" }, complete)).toEqual({ environment: complete });
  });

  it("lists every setting that is missing or malformed", () => {
    const read = readEnvironment({ VITE_SUPABASE_URL: "nowhere" }, {});
    expect(read).toEqual({
      problems: [
        { setting: "VITE_SUPABASE_URL", problem: "is not a web address" },
        { setting: "VITE_SUPABASE_PUBLISHABLE_KEY", problem: "is missing" },
        { setting: "VITE_API_BASE_URL", problem: "is missing" },
      ],
    });
  });
});
