import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { TagInput } from "./TagInput";

function Form({ start = [] }: { start?: string[] }) {
  const [tags, setTags] = useState<string[]>(start);
  return (
    <>
      <label htmlFor="titles">Titles</label>
      <TagInput id="titles" value={tags} onChange={setTags} />
      <output>{tags.join("|")}</output>
    </>
  );
}

describe("a list of short texts", () => {
  it("adds one on Enter, on a comma and on leaving", async () => {
    render(<Form />);
    await userEvent.type(screen.getByLabelText("Titles"), "VP Sales{Enter}CEO,Head of Sales");
    await userEvent.tab();
    expect(screen.getByRole("status")).toHaveTextContent("VP Sales|CEO|Head of Sales");
  });

  it("takes a pasted list apart and keeps each text once", async () => {
    render(<Form start={["CEO"]} />);
    await userEvent.click(screen.getByLabelText("Titles"));
    await userEvent.paste("CEO; CTO; CTO");
    await userEvent.tab();
    expect(screen.getByRole("status")).toHaveTextContent("CEO|CTO");
  });

  it("takes the last away on Backspace in an empty field, and any by its button", async () => {
    render(<Form start={["CEO", "CTO", "CFO"]} />);
    await userEvent.type(screen.getByLabelText("Titles"), "{Backspace}");
    expect(screen.getByRole("status")).toHaveTextContent("CEO|CTO");
    await userEvent.click(screen.getByRole("button", { name: /CEO/ }));
    expect(screen.getByRole("status")).toHaveTextContent("CTO");
  });
});
