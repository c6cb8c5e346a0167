import { diffWordsWithSpace } from "diff";

/** What an edit took away and added, word by word, in place. */
export function TextDiff({ before, after }: { before: string; after: string }) {
  return (
    <p className="whitespace-pre-wrap">
      {diffWordsWithSpace(before, after).map((part, index) =>
        part.added ? (
          <ins key={index} className="rounded bg-good-soft text-good-ink decoration-good/60">
            {part.value}
          </ins>
        ) : part.removed ? (
          <del key={index} className="rounded bg-bad-soft text-bad-ink decoration-bad/60">
            {part.value}
          </del>
        ) : (
          <span key={index}>{part.value}</span>
        ),
      )}
    </p>
  );
}
