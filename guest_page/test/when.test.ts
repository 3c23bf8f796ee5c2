import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, dateAndTime, fromNow } from "../src/screens/when.ts";
import { readingIn } from "../src/texts/index.ts";

const AT = new Date(Date.UTC(2026, 11, 1, 12, 5));

async function reader(language: string, wanted: string[] = []): Promise<Parameters<typeof dateAndTime>[1]> {
  return { language, texts: (await readingIn(language)).texts, wanted, zone: "Europe/Kyiv" };
}

/** Plays a browser that lacks these languages, as most on telephones lack some. */
function withoutLanguages(t: { mock: typeof import("node:test").mock }, ...languages: string[]): void {
  for (const format of [Intl.DateTimeFormat, Intl.RelativeTimeFormat]) {
    const real = format.supportedLocalesOf.bind(format) as (asked: string[]) => string[];
    t.mock.method(format, "supportedLocalesOf", (asked: string[]) => real(asked.filter((tag) => !languages.includes(tag.split("-")[0]!))));
  }
}

test("weekday, date, time and zone, as the person's own country writes them", async () => {
  assert.match(dateAndTime(AT, await reader("en", ["en-GB"])), /^Tuesday,? 1 December 2026, 14:05 \(GMT\+2\)$/);
  assert.equal(dateAndTime(AT, await reader("fr")), "mardi 1 décembre 2026, 14:05 (UTC+2)");
});

test("a day stands in both calendars where people live by another than the Gregorian one", async () => {
  assert.match(dateAndTime(AT, await reader("fa")), /^سه‌شنبه ۱۰ آذر ۱۴۰۵ \(۱ دسامبر ۲۰۲۶\), ۱۴:۰۵ \(/);
  assert.match(dateAndTime(AT, await reader("prs")), /^سه‌شنبه ۱۰ قوس ۱۴۰۵ \(۱ دسمبر ۲۰۲۶\), ۱۴:۰۵ \(/);
  assert.match(dateAndTime(AT, await reader("am")), /^ማክሰኞ 22 ኅዳር 2019 \(1 ዲሴምበር 2026\), 14:05 \(/);
  assert.equal(dateAndTime(AT, await reader("ti")), "ሰሉስ 1/12/2026 (22/3/2019), 14:05 (GMT+2)");
  assert.equal(dateAndTime(AT, await reader("ps")), "سه‌شنبه ۱/۱۲/۲۰۲۶ (۱۰/۹/۱۴۰۵), ۱۴:۰۵ (GMT+۲)");
});

test("a language that the browser lacks gets its own words, and no other language's", async (t) => {
  withoutLanguages(t, "so", "my", "ku", "ha", "fa");
  assert.equal(dateAndTime(AT, await reader("so")), "Talaado 1/12/2026, 14:05 (GMT+2)");
  assert.equal(dateAndTime(AT, await reader("my")), "အင်္ဂါ ၁/၁၂/၂၀၂၆, ၁၄:၀၅ (GMT+၂)");
  assert.equal(dateAndTime(AT, await reader("ku")), "sêşem 1/12/2026, 14:05 (GMT+2)");
  assert.equal(dateAndTime(AT, await reader("ha")), "Talata 1/12/2026, 14:05 (GMT+2)");
  assert.equal(dateAndTime(AT, await reader("prs")), "سه‌شنبه ۱/۱۲/۲۰۲۶ (۱۰/۹/۱۴۰۵), ۱۴:۰۵ (GMT+۲)");
  assert.equal(fromNow(7_509, await reader("my")), "၂:၀၅:၀၉");
});

test("the day is that of the zone, also across midnight", async () => {
  const late = new Date(Date.UTC(2026, 11, 5, 23, 30));
  assert.match(dateAndTime(late, await reader("ti")), /^ሰንበት 6\/12\/2026 .* 01:30/);
});

test("where hours are counted from sunrise the clock has twenty-four", async () => {
  assert.equal(clock(AT, await reader("am")), "14:05");
  assert.equal(clock(AT, await reader("so")), "14:05");
  assert.equal(clock(AT, await reader("ti")), "14:05");
});

test("the countdown speaks in the largest unit", async () => {
  const english = await reader("en");
  assert.deepEqual([90_000, 7_500, 61, 5].map((seconds) => fromNow(seconds, english)), ["in 1 day", "in 2 hours", "in 1 minute", "in 5 seconds"]);
});

test("a browser that knows no short offset names the zone its usual way", async (t) => {
  const Real = Intl.DateTimeFormat;
  t.mock.method(Intl, "DateTimeFormat", function older(locale: string, options: Intl.DateTimeFormatOptions) {
    if (options.timeZoneName === "shortOffset") throw new RangeError("not a value of timeZoneName");
    return new Real(locale, options);
  });
  assert.match(dateAndTime(AT, { ...(await reader("en", ["en-GB"])), zone: "Europe/Paris" }), /^Tuesday,? 1 December 2026, 13:05 \((?:CET|GMT\+1)\)$/);
});
