import { cn } from "./ui/cn";

export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={cn("size-8 shrink-0", className)} aria-hidden>
      <rect width="32" height="32" rx="8" fill="#2E5BFF" />
      <path d="M8 21.5 13.2 15l4 3.6L24 10" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" />
      <circle cx="24" cy="10" r="3" fill="#FF9F43" />
    </svg>
  );
}
