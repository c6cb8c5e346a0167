/** Something as it was delivered: JSON laid out, text as it is. Scrolls in itself, by keyboard too. */
export function JsonView({ label, value }: { label: string; value: unknown }) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className="max-h-96 overflow-auto rounded-lg bg-sunken p-4 font-mono text-xs leading-5 break-words whitespace-pre-wrap"
    >
      {typeof value === "string" ? value : JSON.stringify(value, null, 2)}
    </pre>
  );
}
