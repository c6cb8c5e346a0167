/**
 * Texts live beside the room that shows them, both languages in one file. The French side must have the shape of the
 * English one, parameters included, so a missing or stale translation is a compile error.
 */
import { type Language, useLanguage } from "./language";

export type Texts<Shape> = Readonly<Record<Language, Shape>>;

export function defineTexts<Shape>(texts: { en: Shape; fr: NoInfer<Shape> }): Texts<Shape> {
  return texts;
}

export function useTexts<Shape>(texts: Texts<Shape>): Shape {
  return texts[useLanguage()];
}

const rules: Record<Language, Intl.PluralRules> = {
  en: new Intl.PluralRules("en"),
  fr: new Intl.PluralRules("fr"),
};
const counts: Record<Language, Intl.NumberFormat> = {
  en: new Intl.NumberFormat("en"),
  fr: new Intl.NumberFormat("fr"),
};

/** `plural("fr", 0, "message", "messages")` → "0 message": French counts zero as one. */
export function plural(language: Language, count: number, one: string, other: string): string {
  return `${counts[language].format(count)} ${rules[language].select(count) === "one" ? one : other}`;
}

/** The word alone, for where the number is shown by itself. */
export function pluralWord(language: Language, count: number, one: string, other: string): string {
  return rules[language].select(count) === "one" ? one : other;
}

/** The text for a value that the API may extend: falls back to the value itself, made readable. */
export function label(labels: Record<string, string>, value: string): string {
  return labels[value] ?? value.replaceAll("_", " ");
}
