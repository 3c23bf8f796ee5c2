/** Dates and times in words. The browser's own are used where it knows the language; the ones that phones lack are written here. */
import { numberIn } from "../texts/fill.ts";
import { languageOf, type Texts } from "../texts/index.ts";

/** Where people live by another calendar the day stands in both. */
const OWN_CALENDAR: Record<string, string> = { am: "ethiopic", fa: "persian", prs: "persian", ps: "persian", ti: "ethiopic" };
/** Hours are counted from sunrise there, in speech and on many a clock: 14:00 cannot be taken for that, 2:00 can. */
const FULL_DAY_CLOCK = ["am", "so", "ti"];
/** Sunday first. Languages that browsers often lack; the same words as in the messages. */
const WEEKDAYS: Record<string, string> = {
  ha: "Lahadi Litinin Talata Laraba Alhamis Jummaʼa Asabar",
  ku: "yekşem duşem sêşem çarşem pêncşem înî şemî",
  my: "တနင်္ဂနွေ တနင်္လာ အင်္ဂါ ဗုဒ္ဓဟူး ကြာသပတေး သောကြာ စနေ",
  prs: "یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه",
  ps: "یکشنبه دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه",
  so: "Axad Isniin Talaado Arbaco Khamiis Jimco Sabti",
  ti: "ሰንበት ሰኑይ ሰሉስ ረቡዕ ሓሙስ ዓርቢ ቀዳም",
};
/** Browsers write an era in Latin letters into the one, and Ethiopian months into Gregorian dates of the other. */
const NOT_LEFT_TO_BROWSERS = ["ps", "ti"];
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

interface Reader {
  language: string;
  texts: Texts;
  /** The person's languages, as the browser names them. */
  wanted: readonly string[];
  /** IANA name; the phone's own by default. */
  zone?: string;
}

/** How dates and times are written: the person's own variant of the language where the browser names one ("en-GB", "fr-CH"). */
export function localeFor(language: string, wanted: readonly string[]): string {
  if (language === "prs") return "fa-AF";
  return wanted.find((tag) => languageOf(tag) === language) ?? language;
}

function browserKnows(locale: string): boolean {
  return Intl.DateTimeFormat.supportedLocalesOf([locale]).length > 0;
}

/** The locale to ask the browser in, or null when it must not be asked. */
function askedIn({ language, wanted }: Reader): string | null {
  const locale = localeFor(language, wanted);
  return NOT_LEFT_TO_BROWSERS.includes(language) || !browserKnows(locale) ? null : locale;
}

function inDigits(texts: Texts, written: string): string {
  return written.replace(/\d+/g, (digits) => [...digits].map((digit) => numberIn(texts, Number(digit))).join(""));
}

function zoned(reader: Reader): { timeZone?: string } {
  return reader.zone === undefined ? {} : { timeZone: reader.zone };
}

/** The time of day to the minute. */
export function clock(at: Date, reader: Reader): string {
  const cycle = FULL_DAY_CLOCK.includes(reader.language) ? ({ hourCycle: "h23" } as const) : {};
  const locale = askedIn(reader);
  const options = { hour: "2-digit", minute: "2-digit", ...zoned(reader) } as const;
  if (locale !== null) return new Intl.DateTimeFormat(locale, { ...options, ...cycle }).format(at);
  return inDigits(reader.texts, new Intl.DateTimeFormat("en-GB", options).format(at));
}

/** Weekday, date, time and zone; the day in both calendars where people live by another than the Gregorian one. */
export function dateAndTime(at: Date, reader: Reader): string {
  return `${day(at, reader)}, ${clock(at, reader)} (${inDigits(reader.texts, zoneName(at, reader))})`;
}

/** "GMT+2"; in Safari before 15.4, which knows no other, its usual short name. */
function zoneName(at: Date, reader: Reader): string {
  const named = (timeZoneName: "shortOffset" | "short"): string =>
    new Intl.DateTimeFormat(askedIn(reader) ?? "en", { timeZoneName, ...zoned(reader) }).formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  try {
    return named("shortOffset");
  } catch {
    return named("short");
  }
}

function day(at: Date, reader: Reader): string {
  const locale = askedIn(reader);
  const own = OWN_CALENDAR[reader.language];
  const long = { day: "numeric", month: "long", year: "numeric", ...zoned(reader) } as const;
  if (locale !== null && own === undefined) return new Intl.DateTimeFormat(locale, { weekday: "long", ...long }).format(at);
  if (locale !== null && own !== undefined) {
    const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", ...zoned(reader) }).format(at);
    const gregorian = new Intl.DateTimeFormat(`${locale}-u-ca-gregory`, long).format(at);
    return `${weekday} ${partsIn(`${locale}-u-ca-${own}`, at, long, " ")} (${gregorian})`;
  }
  const short = { day: "numeric", month: "numeric", year: "numeric", ...zoned(reader) } as const;
  const weekday = WEEKDAYS[reader.language]?.split(" ")[weekdayOf(at, reader)] ?? "";
  const gregorian = partsIn("en", at, short, "/");
  const both = own === undefined ? gregorian : `${gregorian} (${partsIn(`en-u-ca-${own}`, at, short, "/")})`;
  return `${weekday} ${inDigits(reader.texts, both)}`;
}

/** Day, month and year in this order, without the era that browsers add. */
function partsIn(locale: string, at: Date, options: Intl.DateTimeFormatOptions, between: string): string {
  const parts = new Intl.DateTimeFormat(locale, options).formatToParts(at);
  const part = (wanted: string): string => parts.find(({ type }) => type === wanted)?.value ?? "";
  return [part("day"), part("month"), part("year")].join(between);
}

function weekdayOf(at: Date, reader: Reader): number {
  const name = new Intl.DateTimeFormat("en", { weekday: "short", ...zoned(reader) }).format(at);
  return ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(name);
}

/** How long from now, in the largest unit that says something; hours, minutes and seconds in figures where the browser lacks the words. */
export function fromNow(seconds: number, reader: Reader): string {
  const locale = localeFor(reader.language, reader.wanted);
  if (Intl.RelativeTimeFormat.supportedLocalesOf([locale]).length === 0) {
    const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (number: number): string => String(number).padStart(2, "0");
    return inDigits(reader.texts, `${hours}:${two(minutes)}:${two(rest)}`);
  }
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "always" }).format(Math.floor(seconds / size), unit);
}
