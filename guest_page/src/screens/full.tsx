import type { JSX } from "preact";
import type { Problem } from "../flow.ts";
import { fill } from "../texts/fill.ts";
import type { Visit } from "../visit.ts";
import { roleOf } from "./names.ts";
import { ProblemLine } from "./problem.tsx";

interface Shown {
  visit: Visit;
  /** The roles on the places that are taken. */
  taken: string[];
  more: boolean;
  busy: boolean;
  problem: Problem | null;
}

/** Everybody who was invited is there: the same person on a second device, or one more, says so, and others are asked. */
export function Full({ visit, taken, more, busy, problem }: Shown): JSX.Element {
  const { texts } = visit.loaded.inner;
  const mine = (label: string): string => (taken.length === 1 ? texts.fullMine : fill(texts.fullMineAs, { role: roleOf(label, texts) }));
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{texts.fullTitle}</h1>
      <p>{texts.fullText}</p>
      {taken.map((label) => (
        <button key={label} type="button" class="primary" disabled={busy} onClick={() => void visit.ask(label)}>
          {mine(label)}
        </button>
      ))}
      {more && (
        <button type="button" class="secondary" disabled={busy} onClick={() => void visit.ask(null)}>
          {texts.fullMore}
        </button>
      )}
      <ProblemLine problem={problem} texts={texts} id="problem" />
      <button type="button" class="secondary" disabled={busy} onClick={() => visit.startAgain()}>
        {texts.tryAgain}
      </button>
    </section>
  );
}

export function Asking({ visit }: { visit: Visit }): JSX.Element {
  const { texts } = visit.loaded.inner;
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{texts.askingTitle}</h1>
      <p role="status">{texts.askingText}</p>
      <button type="button" class="secondary" onClick={() => void visit.ownSeat.stopAsking()}>
        {texts.takeBack}
      </button>
    </section>
  );
}

/** For who is here already: somebody says they are the same person. */
export function MoveQuestion({ visit }: { visit: Visit }): JSX.Element {
  const { texts } = visit.loaded.inner;
  return (
    <section class="question" role="alertdialog" aria-labelledby="move-title" aria-describedby="move-text">
      <h2 id="move-title">{texts.moveTitle}</h2>
      <p id="move-text">{texts.moveText}</p>
      <div class="answers">
        <button type="button" class="secondary" onClick={() => void visit.stay?.answer(false)}>
          {texts.moveNo}
        </button>
        <button type="button" class="secondary" onClick={() => void visit.stay?.answer(true)}>
          {texts.moveYes}
        </button>
      </div>
    </section>
  );
}
