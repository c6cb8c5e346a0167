import { expect, it } from "vitest";
import { ownAddress } from "./ownAddress";

it.each([
  ["/accept-invitation?token=abc", "/accept-invitation?token=abc"],
  ["https://elsewhere.example", "/"],
  ["//elsewhere.example", "/"],
  ["/\\elsewhere.example", "/"],
  [undefined, "/"],
])("%s leads to %s", (wanted, address) => {
  expect(ownAddress(wanted)).toBe(address);
});
