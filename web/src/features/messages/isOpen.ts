import type { Message } from "./queries";

const open: readonly Message["status"][] = ["draft", "pending_review", "approved"];

/** Whether a person may still change what happens to a message. */
export function isOpen(message: Pick<Message, "status">): boolean {
  return open.includes(message.status);
}
