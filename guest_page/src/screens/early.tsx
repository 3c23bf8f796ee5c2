import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { serverNow } from "../clock.ts";
import type { Problem } from "../flow.ts";
import { fill } from "../texts/fill.ts";
import type { Visit } from "../visit.ts";
import { CannotCome } from "./cannot_come.tsx";
import { DeviceTestScreen } from "./device_test.tsx";
import { Mistake } from "./mistake.tsx";
import { ProblemLine } from "./problem.tsx";
import { dateAndTime, fromNow } from "./when.ts";
import { TEST } from "./drawings.ts";
import { Icon, ONWARD } from "./icon.tsx";

const TICK_MS = 1_000;

interface Shown {
  visit: Visit;
  opensAt: string;
  busy: boolean;
  problem: Problem | null;
}

/** Planned and too early: when it opens, in the person's own zone, and how long that is. */
export function Early({ visit, opensAt, busy, problem }: Shown): JSX.Element {
  const { texts, language } = visit.loaded.inner;
  const opens = new Date(opensAt);
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const [testing, setTesting] = useState(false);
  const left = Math.max(0, Math.ceil((opens.getTime() - now) / 1_000));
  const reader = { language, texts, wanted: navigator.languages };
  if (testing) {
    const done = (
      <button type="button" class="primary" onClick={() => setTesting(false)}>
        {texts.done}
      </button>
    );
    return <DeviceTestScreen visit={visit} next={done} onSkip={() => setTesting(false)} />;
  }
  return (
    <section class="card">
      <h1 tabIndex={-1}>{texts.earlyTitle}</h1>
      <p>{fill(texts.earlyText, { date: dateAndTime(opens, reader) })}</p>
      {left > 0 ? (
        <>
          <p class="countdown" role="timer">
            {fromNow(left, reader)}
          </p>
          <p>{texts.earlyLater}</p>
          <p>{texts.earlyTest}</p>
          <button type="button" class="primary" onClick={() => setTesting(true)}>
            <Icon {...TEST} />
            {texts.test}
          </button>
          <CannotCome visit={visit} />
        </>
      ) : (
        <>
          <p role="status">{texts.earlyNow}</p>
          <button type="button" class="primary" disabled={busy} onClick={() => void visit.continue()}>
            <Icon {...ONWARD} />
            {texts.continue}
          </button>
        </>
      )}
      <ProblemLine problem={problem} texts={texts} id="problem" />
      <Mistake visit={visit} busy={busy} />
    </section>
  );
}
