import type { JSX } from "preact";
import type { Problem } from "../flow.ts";
import type { Visit } from "../visit.ts";
import { DOOR_IN } from "./drawings.ts";
import { Icon } from "./icon.tsx";
import { ProblemLine } from "./problem.tsx";

interface Shown {
  visit: Visit;
  busy: boolean;
  problem: Problem | null;
}

/** The one button that lets the requester be called, and what went wrong with it. */
export function EnterButton({ visit, busy, problem }: Shown): JSX.Element {
  const { texts } = visit.loaded.inner;
  return (
    <>
      <ProblemLine problem={problem} texts={texts} id="problem" />
      <button type="button" class="primary" disabled={busy} onClick={() => void visit.enter()}>
        <Icon {...DOOR_IN} />
        {texts.enter}
      </button>
    </>
  );
}

/** After a test that was skipped. */
export function Door(shown: Shown): JSX.Element {
  const { texts } = shown.visit.loaded.inner;
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{texts.doorTitle}</h1>
      <p>{texts.doorText}</p>
      <EnterButton {...shown} />
    </section>
  );
}
