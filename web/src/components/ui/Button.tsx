import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const buttonStyles = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors select-none disabled:cursor-not-allowed disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "bg-primary text-white hover:bg-primary-hover",
        secondary: "border border-line bg-surface text-ink shadow-card hover:bg-sunken",
        quiet: "text-ink-muted hover:bg-sunken hover:text-ink",
        danger: "bg-bad text-white hover:bg-bad-ink dark:text-canvas",
      },
      size: {
        md: "h-10 px-4",
        sm: "h-8 px-3 text-[0.8125rem]",
        icon: "size-10",
        iconSm: "size-8",
      },
    },
    defaultVariants: { look: "secondary", size: "md" },
  },
);

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
