import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";

/** A short explanation on hover and on keyboard focus. The child must be focusable and keep its own accessible name. */
export function Tip({ text, side = "top", children }: { text: ReactNode; side?: "top" | "right"; children: ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={250}>
      <Tooltip.Root>
        <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content
            side={side}
            sideOffset={6}
            collisionPadding={12}
            className="animate-rise z-50 max-w-64 rounded-lg bg-ink px-2.5 py-1.5 text-xs text-canvas shadow-float"
          >
            {text}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
