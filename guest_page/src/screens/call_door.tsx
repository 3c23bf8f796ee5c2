import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Seat } from "../api.ts";
import { type CallTexts, callTexts } from "../texts/call/index.ts";
import type { Visit } from "../visit.ts";
import { CallPanel } from "./call.tsx";

interface Door {
  visit: Visit;
  busy: boolean;
  problem: "network" | "used" | "lost" | null;
}

/** Behind a personal link of staff: nothing is sent before the button is pressed. */
export function CallDoor({ visit, busy, problem }: Door): JSX.Element {
  const [said, setSaid] = useState<CallTexts | null>(null);
  const { language, texts } = visit.inner;
  useEffect(() => void callTexts(language).then(setSaid), [language]);
  if (said === null) {
    return (
      <p class="quiet" role="status">
        {texts.wait}
      </p>
    );
  }
  const words = { network: said.callFailed, used: said.callUsed, lost: said.callLost };
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{said.callTitle}</h1>
      <p>{said.callText}</p>
      <p class="problem" role="alert">
        {problem === null ? "" : words[problem]}
      </p>
      <button type="button" class="primary" disabled={busy} onClick={() => void visit.redeemCall()}>
        {said.joinCall}
      </button>
    </section>
  );
}

/** The call of somebody who writes elsewhere. */
export function CallRoom({ visit, seat }: { visit: Visit; seat: Seat }): JSX.Element {
  const { texts } = visit.inner;
  const said = visit.call?.texts;
  return (
    <div class="room">
      <section class="situation" role="status">
        <h1 tabIndex={-1}>{said?.callTitle ?? texts.wait}</h1>
        {said !== undefined && said !== null && <p>{said.callMute}</p>}
      </section>
      <p class="offline" role="alert">
        {visit.offline ? texts.offline : ""}
      </p>
      <CallPanel visit={visit} seat={seat} />
    </div>
  );
}
