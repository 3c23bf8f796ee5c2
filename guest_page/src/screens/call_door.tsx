import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Choice, joinSoon } from "../call/keeper.ts";
import type { Seat } from "../api.ts";
import { type CallTexts, callTexts } from "../texts/call/index.ts";
import type { Visit } from "../visit.ts";
import { CallPanel } from "./call.tsx";
import { JoinRow } from "./join_row.tsx";

interface Door {
  visit: Visit;
  busy: boolean;
  /** The status of the server's no. */
  refused: number | null;
}

/** Remembered after entering, which wipes what this browser kept of before. */
async function press(visit: Visit, choice: Choice): Promise<void> {
  await visit.enter();
  if (visit.flow.at === "inside") joinSoon(choice);
}

/** Behind a personal link of staff: nothing is sent, and no camera opened, before the button is pressed. */
export function CallDoor({ visit, busy, refused }: Door): JSX.Element {
  const [said, setSaid] = useState<CallTexts | null>(null);
  const [choice, choose] = useState<Choice>({ camera: !visit.audioAlone, microphone: true });
  const { language, texts } = visit.loaded.inner;
  useEffect(() => void callTexts(language).then(({ texts }) => setSaid(texts)), [language]);
  if (said === null) {
    return (
      <p class="quiet" role="status">
        {texts.wait}
      </p>
    );
  }
  const words: Record<number, string> = { 404: said.callLost, 409: said.callUsed, 429: texts.problemSlow };
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{said.callTitle}</h1>
      <p>{said.callText}</p>
      <p class="problem" role="alert">
        {refused === null ? "" : (words[refused] ?? said.callFailed)}
      </p>
      <JoinRow
        said={said}
        texts={texts}
        busy={busy}
        button={said.joinCall}
        choice={choice}
        picture
        onJoin={() => void press(visit, choice)}
        onMicrophone={(microphone) => choose({ ...choice, microphone })}
        onCamera={(camera) => choose({ ...choice, camera })}
      />
    </section>
  );
}

/** The call of somebody who writes elsewhere. */
export function CallRoom({ visit, seat }: { visit: Visit; seat: Seat }): JSX.Element {
  const { texts } = visit.loaded.inner;
  const said = visit.stay?.call.texts;
  return (
    <div class="room">
      <section class="situation" role="status">
        <h1 tabIndex={-1}>{said?.callTitle ?? texts.wait}</h1>
        {said !== undefined && said !== null && <p>{said.callMute}</p>}
      </section>
      <p class="offline" role="alert">
        {visit.stay?.offline === true ? texts.offline : ""}
      </p>
      <CallPanel visit={visit} seat={seat} />
    </div>
  );
}
