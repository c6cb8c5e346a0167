import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { type Answers, Refusal, renderPage } from "@/testing/page";
import { MessagesPage } from "./MessagesPage";
import type { Message } from "./queries";

function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    campaign_id: "campaign",
    campaign_name: "Sales directors",
    enrollment_id: `enrollment-${id}`,
    prospect_id: `prospect-${id}`,
    prospect_name: `Person ${id}`,
    prospect_title: "VP Sales",
    company_name: "Solaire",
    recipient: `${id}@example.com`,
    step_id: null,
    step_position: 1,
    kind: "email",
    channel: "email",
    status: "pending_review",
    subject: `Subject ${id}`,
    body: "Hello",
    language: "en",
    variant: "A",
    source: "rules",
    model: null,
    score: 72,
    used_facts: [],
    reasons: [],
    revisions_count: 0,
    approved_at: null,
    scheduled_at: null,
    sent_at: null,
    failure_reason: null,
    rejected_reason: null,
    cancelled_reason: null,
    created_at: "2026-11-20T09:00:00Z",
    updated_at: "2026-11-20T09:00:00Z",
    ...change,
  };
}

const page = (...items: Message[]) => ({ items, next_cursor: null, total: items.length, total_is_capped: false });

function show(answers: Answers) {
  return renderPage(MessagesPage, { route: "/messages", url: "/messages" }, answers);
}

describe("the messages to approve", () => {
  it("are asked for by status and say when there are none", async () => {
    const calls = show({ "GET /api/v1/messages": () => page() });
    expect(await screen.findByText("All caught up!")).toBeInTheDocument();
    expect(calls.find(({ path }) => path === "/api/v1/messages")?.query.getAll("status")).toEqual(["pending_review", "draft"]);
  });

  it("are approved from the keyboard, one after the other", async () => {
    const left = ["a", "b"];
    show({
      "GET /api/v1/messages": () => page(...left.map((id) => message(id))),
      "POST /api/v1/messages/a/approve": () => message(left.shift() ?? "", { status: "approved" }),
    });
    await screen.findByText("Person a");
    await userEvent.keyboard("j");
    expect(screen.getByRole("article", { name: "To Person a" })).toHaveFocus();
    await userEvent.keyboard("a");
    expect(await screen.findByRole("article", { name: "To Person b" })).toHaveFocus();
    await expect.poll(() => screen.queryByText("Person a")).toBeNull();
  });

  it("show why an approval was refused, and stay", async () => {
    show({
      "GET /api/v1/messages": () => page(message("a")),
      "POST /api/v1/messages/a/approve": () => new Refusal(409, "This person has unsubscribed."),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Approve" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("This person has unsubscribed.");
    expect(screen.getByText("Person a")).toBeInTheDocument();
  });

  it("are approved together, and name those that were refused", async () => {
    const calls = show({
      "GET /api/v1/messages": () => page(message("a"), message("b")),
      "POST /api/v1/messages/bulk": () => ({ succeeded: ["a"], failed: [{ id: "b", code: "suppressed", reason: "On the suppression list." }] }),
    });
    await userEvent.click(await screen.findByLabelText("Select all shown"));
    const [approveAll] = screen.getAllByRole("button", { name: "Approve" });
    if (approveAll) await userEvent.click(approveAll);
    expect(await screen.findByText("Person b: On the suppression list.")).toBeInTheDocument();
    expect(calls.find(({ path }) => path.endsWith("/bulk"))?.body).toEqual({ ids: ["a", "b"], action: "approve", reason: "" });
  });

  it("are edited with the change shown before it is saved", async () => {
    const calls = show({
      "GET /api/v1/messages": () => page(message("a")),
      "GET /api/v1/messages/a": () => ({ ...message("a"), revisions: [] }),
      "PATCH /api/v1/messages/a": () => message("a", { body: "Hello Nora" }),
      "POST /api/v1/messages/a/approve": () => message("a", { status: "approved" }),
    });
    await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
    const dialog = within(await screen.findByRole("dialog"));
    await userEvent.type(dialog.getByLabelText("Message"), " Nora");
    await userEvent.click(dialog.getByRole("button", { name: "Changes" }));
    expect(dialog.getByText("Nora", { exact: false, selector: "ins" })).toBeInTheDocument();
    await userEvent.click(dialog.getByRole("button", { name: "Save and approve" }));
    await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ subject: "Subject a", body: "Hello Nora" });
    expect(calls.some(({ path }) => path === "/api/v1/messages/a/approve")).toBe(true);
  });

  it("offer nothing to do to a reader", async () => {
    show({
      "GET /api/v1/me": () => ({
        user_id: "person",
        email: "reader@example.com",
        full_name: "",
        locale: "en",
        organizations: [{ id: "organization", name: "Atelier Nord", role: "viewer" }],
      }),
      "GET /api/v1/messages": () => page(message("a")),
    });
    expect(await screen.findByText("Person a")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
  });
});
