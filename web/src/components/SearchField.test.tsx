import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { SearchField } from "./SearchField";

function Page({ onSearch }: { onSearch: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <>
      <SearchField
        value={text}
        placeholder="Find"
        onSearch={(found) => {
          onSearch(found);
          setText(found);
        }}
      />
      <button type="button" onClick={() => setText("")}>
        clear
      </button>
    </>
  );
}

describe("searching while typing", () => {
  it("reports once the typing rests, not at every letter", async () => {
    const onSearch = vi.fn();
    render(<Page onSearch={onSearch} />);
    await userEvent.type(screen.getByRole("searchbox"), "nadia ");
    await vi.waitFor(() => expect(onSearch).toHaveBeenCalledTimes(1));
    expect(onSearch).toHaveBeenCalledWith("nadia");
    expect(screen.getByRole("searchbox")).toHaveValue("nadia ");
  });

  it("empties when the filters are cleared, and doesn't search for the old text again", async () => {
    const onSearch = vi.fn();
    render(<Page onSearch={onSearch} />);
    await userEvent.type(screen.getByRole("searchbox"), "nadia");
    await vi.waitFor(() => expect(onSearch).toHaveBeenCalledTimes(1));
    await userEvent.click(screen.getByText("clear"));
    expect(screen.getByRole("searchbox")).toHaveValue("");
    expect(onSearch).toHaveBeenCalledTimes(1);
  });
});
