import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fill, localeFor } from "../texts/index.ts";
import type { Visit } from "../visit.ts";

const TICK_MS = 1_000;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** How long from now, in the largest unit that says something. */
function fromNow(language: string, seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "always" }).format(Math.floor(seconds / size), unit);
}

/** Planned and too early: when it opens, in the person's own zone, and how long that is. */
export function Early({ visit, opensAt, busy }: { visit: Visit; opensAt: string; busy: boolean }): JSX.Element {
  const { texts, language } = visit.reading;
  const opens = new Date(opensAt);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((opens.getTime() - now) / 1_000));
  const date = new Intl.DateTimeFormat(localeFor(language, navigator.languages), { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
  return (
    <section class="card">
      <h1 tabIndex={-1}>{texts.earlyTitle}</h1>
      <p>{fill(texts.earlyText, { date: date.format(opens) })}</p>
      {left > 0 ? (
        <>
          <p class="countdown" role="timer">
            {fromNow(language, left)}
          </p>
          <p>{texts.earlyLater}</p>
        </>
      ) : (
        <>
          <p role="status">{texts.earlyNow}</p>
          <button type="button" class="primary" disabled={busy} onClick={() => void visit.continue()}>
            {texts.continue}
          </button>
        </>
      )}
    </section>
  );
}
