import type { JSX } from "preact";
import type { Visit } from "../visit.ts";
import { NOT_ME } from "./drawings.ts";
import { Icon } from "./icon.tsx";

/** For whoever got somebody else's message: a number may have been given to a new person (PRODUCT §4). */
export function Mistake({ visit, busy }: { visit: Visit; busy: boolean }): JSX.Element {
  const { texts } = visit.loaded.inner;
  return (
    <div class="aside">
      <p>{texts.mistake}</p>
      <button type="button" class="secondary" disabled={busy} onClick={() => void visit.notForMe()}>
        <Icon {...NOT_ME} />
        {texts.notMe}
      </button>
    </div>
  );
}
