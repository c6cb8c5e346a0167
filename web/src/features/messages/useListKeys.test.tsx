import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { useListKeys } from "./useListKeys";

function List({ approve, dialog = false }: { approve: () => void; dialog?: boolean }) {
  useListKeys({ a: approve });
  return (
    <>
      <input aria-label="search" />
      <input type="checkbox" aria-label="tick" />
      {dialog && <div role="dialog" />}
    </>
  );
}

describe("single-key acts", () => {
  it("act when nothing is being typed", async () => {
    const approve = vi.fn();
    render(<List approve={approve} />);
    await userEvent.keyboard("a");
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it("stay silent in a field", async () => {
    const approve = vi.fn();
    render(<List approve={approve} />);
    await userEvent.type(screen.getByLabelText("search"), "a");
    expect(approve).not.toHaveBeenCalled();
  });

  it("still act from a ticked checkbox", async () => {
    const approve = vi.fn();
    render(<List approve={approve} />);
    await userEvent.click(screen.getByLabelText("tick"));
    await userEvent.keyboard("a");
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it("stay silent with a modifier and while a window is open", async () => {
    const approve = vi.fn();
    const { rerender } = render(<List approve={approve} />);
    await userEvent.keyboard("{Control>}a{/Control}");
    rerender(<List approve={approve} dialog />);
    await userEvent.keyboard("a");
    expect(approve).not.toHaveBeenCalled();
  });
});
