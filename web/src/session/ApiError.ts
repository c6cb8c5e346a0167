/** What the gateway answered when it refused: RFC 9457 problem details, or a network failure with status 0. */
export type FieldProblem = { field: string; message: string };

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null = null,
    readonly fields: readonly FieldProblem[] = [],
  ) {
    super(message);
  }

  static from(body: unknown, response: Response | undefined): ApiError {
    const requestId = response?.headers.get("x-request-id") ?? null;
    if (response === undefined) return new ApiError(0, "network", "", requestId);
    const problem = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    const fields = Array.isArray(problem.errors) ? (problem.errors as FieldProblem[]) : [];
    return new ApiError(
      response.status,
      text(problem.code) || `http_${response.status}`,
      text(problem.detail) || text(problem.title) || response.statusText,
      text(problem.request_id) || requestId,
      fields,
    );
  }
}
