import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { setLanguage } from "@/i18n/language";
import { ApiError } from "@/session/ApiError";
import { ErrorState } from "./ErrorState";

describe("what a page shows when it can't load", () => {
  beforeEach(() => setLanguage("en"));

  it("offers to try again after a failure of the server, with the reference for support", async () => {
    const retry = vi.fn();
    render(<ErrorState error={new ApiError(500, "internal_error", "boom", "req-7")} onRetry={retry} />);
    expect(screen.getByRole("alert")).toHaveTextContent("Reference: req-7");
    expect(screen.getByRole("alert")).not.toHaveTextContent("boom");
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(retry).toHaveBeenCalledTimes(1);
  });

  it("says that access is missing, without a retry that can't help", () => {
    render(<ErrorState error={new ApiError(403, "forbidden", "no")} onRetry={vi.fn()} />);
    expect(screen.getByText("You don't have access to this")).toBeInTheDocument();
    expect(screen.queryByRole("button")).not.toBeInTheDocument();
  });

  it("tells a lost connection from a failing server", () => {
    render(<ErrorState error={new ApiError(0, "network", "")} onRetry={vi.fn()} />);
    expect(screen.getByRole("alert")).toHaveTextContent("can't be reached");
  });

  it("speaks the chosen language at once", () => {
    setLanguage("fr");
    render(<ErrorState error={new ApiError(404, "not_found", "x")} />);
    expect(screen.getByText("Cette page n’existe pas")).toBeInTheDocument();
  });
});
