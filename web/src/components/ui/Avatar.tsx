import { cn } from "./cn";

const tints = [
  "bg-[#e6ecff] text-[#2343b8] dark:bg-[#1f2a52] dark:text-[#b3c3ff]",
  "bg-[#fdeedd] text-[#8a4700] dark:bg-[#3c2a16] dark:text-[#ffc994]",
  "bg-[#e2f5ea] text-[#0b6637] dark:bg-[#15351f] dark:text-[#86e0ad]",
  "bg-[#f3e8fd] text-[#6b21a8] dark:bg-[#33204a] dark:text-[#d7b5fb]",
  "bg-[#e0f2f7] text-[#0c5d73] dark:bg-[#123440] dark:text-[#8fd8ec]",
];

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}

/** The person's initials on a tint that is always the same for the same name. */
export function Avatar({ name, className }: { name: string; className?: string }) {
  const sum = Array.from(name, (letter) => letter.codePointAt(0) ?? 0).reduce((total, code) => total + code, 0);
  return (
    <span
      aria-hidden
      className={cn("ui-avatar", tints[sum % tints.length], className)}
    >
      {initials(name)}
    </span>
  );
}
