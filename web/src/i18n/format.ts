/** Numbers, dates and durations in the reader's own locale and time zone, by Intl. */
import { useMemo } from "react";
import { type Language, useLanguage } from "./language";

type Moment = string | number | Date;

/** The reader's regional form of the language when the browser has one (fr-CH, en-IE), else a sensible default. */
function localeOf(language: Language): string {
  return navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? { en: "en-GB", fr: "fr-FR" }[language];
}

/** A date without a time is a day of the calendar, the same for every reader: noon keeps it so in every time zone. */
function toDate(moment: Moment): Date {
  return new Date(typeof moment === "string" && /^\d{4}-\d{2}-\d{2}$/.test(moment) ? `${moment}T12:00:00` : moment);
}

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

export function createFormat(language: Language, timeZone?: string) {
  const locale = localeOf(language);
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const signedPercent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone });
  const shortDate = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone });
  const longDate = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone });
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", timeZone });
  const dateTime = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });

  return {
    locale,
    number: (value: number) => number.format(value),
    compact: (value: number) => compact.format(value),
    /** A share between 0 and 1. */
    percent: (share: number) => percent.format(share),
    /** A change between -1 and 1, with its sign. */
    change: (share: number) => signedPercent.format(share),
    date: (moment: Moment) => date.format(toDate(moment)),
    shortDate: (moment: Moment) => shortDate.format(toDate(moment)),
    longDate: (moment: Moment) => longDate.format(toDate(moment)),
    time: (moment: Moment) => time.format(toDate(moment)),
    dateTime: (moment: Moment) => dateTime.format(toDate(moment)),
    list: (items: Iterable<string>) => list.format(items),
    /** The short name of an ISO weekday, 1 = Monday. */
    weekday: (isoDay: number) => weekday.format(new Date(Date.UTC(2024, 0, isoDay))),
    relative: (moment: Moment, now: number = Date.now()) => {
      const seconds = Math.round((new Date(moment).getTime() - now) / 1000);
      const size = Math.abs(seconds);
      if (size < minute) return relative.format(0, "minute");
      if (size < hour) return relative.format(Math.trunc(seconds / minute), "minute");
      if (size < day) return relative.format(Math.trunc(seconds / hour), "hour");
      if (size < 30 * day) return relative.format(Math.trunc(seconds / day), "day");
      return date.format(toDate(moment));
    },
  };
}

export type Format = ReturnType<typeof createFormat>;

export function useFormat(): Format {
  const language = useLanguage();
  return useMemo(() => createFormat(language), [language]);
}
