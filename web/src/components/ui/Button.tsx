import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const buttonStyles = cva("ui-button", {
  variants: {
    look: {
      primary: "ui-button-primary",
      secondary: "ui-button-secondary",
      quiet: "ui-button-quiet",
      danger: "ui-button-danger",
    },
    size: { md: "ui-button-md", sm: "ui-button-sm", icon: "ui-button-icon", iconSm: "ui-button-icon-sm" },
  },
  defaultVariants: { look: "secondary", size: "md" },
});

type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof buttonStyles> & {
    /** Renders the child (a link) with the look of a button. */
    asChild?: boolean;
    busy?: boolean;
  };

export function Button({ look, size, asChild = false, busy = false, className, children, disabled, ...props }: ButtonProps) {
  const classes = cn(buttonStyles({ look, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button type="button" className={classes} disabled={disabled === true || busy} aria-busy={busy || undefined} {...props}>
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}
