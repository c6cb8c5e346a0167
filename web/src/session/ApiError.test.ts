import { describe, expect, it } from "vitest";
import { ApiError } from "./ApiError";

describe("reading a refusal", () => {
  it("keeps the code, the sentence, the fields and the request id of problem details", () => {
    const response = new Response(null, { status: 409, headers: { "x-request-id": "req-1" } });
    const error = ApiError.from(
      { title: "Conflict", detail: "The campaign is already running.", code: "already_running", errors: [{ field: "icp", message: "missing" }] },
      response,
    );
    expect(error).toMatchObject({
      status: 409,
      code: "already_running",
      message: "The campaign is already running.",
      requestId: "req-1",
      fields: [{ field: "icp", message: "missing" }],
    });
  });

  it("is a network failure when nothing answered", () => {
    expect(ApiError.from(new TypeError("Failed to fetch"), undefined)).toMatchObject({ status: 0, code: "network" });
  });

  it("survives an answer that is not JSON", () => {
    const error = ApiError.from("<html>Bad gateway</html>", new Response(null, { status: 502, statusText: "Bad Gateway" }));
    expect(error).toMatchObject({ status: 502, code: "http_502", message: "Bad Gateway" });
  });
});
