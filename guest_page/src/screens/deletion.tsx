import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Seat } from "../api.ts";
import type { Visit } from "../visit.ts";

/** Asks twice, since it cannot be taken back; then says what has become of it. */
export function Deletion({ visit, seat }: { visit: Visit; seat: Seat }): JSX.Element {
  const { texts } = visit.loaded.inner;
  const [sure, setSure] = useState(false);
  if (seat.deletion_asked)
    return (
      <p class="hint" role="status">
        {texts.deletionAsked}
      </p>
    );
  if (!sure)
    return (
      <button type="button" class="secondary leave" onClick={() => setSure(true)}>
        {texts.deleteNow}
      </button>
    );
  return (
    <section class="question" role="alertdialog" aria-labelledby="delete-title" aria-describedby="delete-text">
      <h2 id="delete-title">{texts.deleteNow}</h2>
      <p id="delete-text">{texts.deleteText}</p>
      <div class="answers">
        <button type="button" class="secondary" onClick={() => setSure(false)}>
          {texts.takeBack}
        </button>
        <button type="button" class="secondary" onClick={() => void visit.stay?.askDeletion()}>
          {texts.deleteYes}
        </button>
      </div>
    </section>
  );
}
