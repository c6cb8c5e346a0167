import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Answers, renderPage } from "@/testing/page";
import { SuppressionsPage } from "./SuppressionsPage";

// The first drawing of a page takes long on a busy machine.
const slowly = { timeout: 10_000 };

const row = {
  id: "row-1",
  kind: "domain",
  value: "client.example",
  is_hashed: false,
  reason: "manual",
  source: "person",
  note: "Our oldest customer",
  created_at: "2026-11-20T09:00:00Z",
};

function show(role: string, answers: Answers = {}) {
  return renderPage(SuppressionsPage, { route: "/suppressions", url: "/suppressions" }, {
    "GET /api/v1/me": () => ({
      user_id: "person",
      email: "lea@example.com",
      full_name: "Léa Martin",
      locale: "en",
      organizations: [{ id: "organization", name: "Atelier Nord", role }],
    }),
    "GET /api/v1/suppressions": () => ({ items: [row], next_cursor: null, total: 1, total_is_capped: false }),
    ...answers,
  });
}

describe("the list of whom nothing is sent to", () => {
  it("takes an address off with a reason only", async () => {
    const calls = show("admin", { "DELETE /api/v1/suppressions/row-1": () => ({}) });
    const person = userEvent.setup();
    await person.click(await screen.findByRole("button", { name: "Take off the list: client.example" }, slowly));
    const dialog = await screen.findByRole("dialog");
    await person.click(within(dialog).getByRole("button", { name: "Take off the list" }));
    expect(within(dialog).getByText("Fill this in.")).toBeVisible();
    expect(calls.some(({ method }) => method === "DELETE")).toBe(false);

    await person.type(within(dialog).getByLabelText("Reason"), "They asked for it");
    await person.click(within(dialog).getByRole("button", { name: "Take off the list" }));
    await waitFor(() => expect(calls.find(({ method }) => method === "DELETE")?.query.get("reason")).toBe("They asked for it"));
  });

  it("offers a member to add but not to take off", async () => {
    show("member");
    await screen.findByRole("button", { name: "Add" }, slowly);
    expect(screen.queryByRole("button", { name: /^Take off/ })).toBeNull();
  });

  it("offers a reader nothing but the export", async () => {
    show("viewer");
    await screen.findByText("client.example", {}, slowly);
    expect(screen.getByRole("button", { name: "Export" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Add" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Import" })).toBeNull();
  });
});
