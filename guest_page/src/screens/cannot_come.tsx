import type { JSX } from "preact";
import type { Visit } from "../visit.ts";

/** The way to the page on which an interpreter says that they cannot come, by the same link. */
export function CannotCome({ visit }: { visit: Visit }): JSX.Element | null {
  const seated = visit.flow.at === "inside" && visit.flow.seat.label.startsWith("Interpreter");
  if ((!visit.interprets && !seated) || visit.answerAddress === null) return null;
  return (
    <p class="cannot-come">
      <a href={visit.answerAddress}>{visit.loaded.inner.texts.cannotCome}</a>
    </p>
  );
}
