import { expect, it } from "vitest";
import { toType } from "./toType";

const person = { first_name: "Jeanne", last_name: "Roy", email: "jeanne@client.example", linkedin_url: "https://www.linkedin.com/in/jeanne", phone: "+33612345678" };

it.each([
  ["the address", person, "jeanne@client.example"],
  ["the profile of who has no address", { ...person, email: null }, "https://www.linkedin.com/in/jeanne"],
  ["the number of who has neither", { ...person, email: "", linkedin_url: null }, "+33612345678"],
  ["the name of who has nothing else", { ...person, email: null, linkedin_url: null, phone: null }, "Jeanne Roy"],
] as const)("asks for %s before an erasure", (_, somebody, wanted) => {
  expect(toType(somebody)).toBe(wanted);
});
