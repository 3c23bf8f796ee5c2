import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Seat } from "../api.ts";
import type { Conference } from "../call/conference.ts";
import { readWord } from "../call/conference_word.ts";
import type { CallTexts } from "../texts/call/index.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import { BeforeCall, Ringing } from "./before_call.tsx";
import { CALL, DOOR_OUT } from "./drawings.ts";
import { Icon } from "./icon.tsx";

interface Shown {
  conference: Conference;
  seat: Seat;
  said: CallTexts;
  texts: AllTexts;
}

/** The call, where it goes by the organisation's Jitsi Meet: that stands in a frame, which is gone as soon as one leaves. */
export function ConferencePanel({ conference, seat, said, texts }: Shown): JSX.Element {
  return (
    <section class="call" aria-label={said.callTitle}>
      {conference.address === null ? <BeforeCall call={conference} picture seat={seat} said={said} texts={texts} /> : <Inside conference={conference} address={conference.address} said={said} />}
      {conference.ringing && <Ringing call={conference} said={said} />}
      <div class="call-notes" role="alert">
        {conference.failed && <p>{said.callFailed}</p>}
      </div>
    </section>
  );
}

function Inside({ conference, address, said }: { conference: Conference; address: string; said: CallTexts }): JSX.Element {
  const { origin } = new URL(address);
  const allowed = ["camera", "microphone", "autoplay"].map((feature) => `${feature} ${origin}`).join("; ");
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const hear = ({ source, origin: from, data }: MessageEvent): void => {
      const window = frame.current?.contentWindow ?? null;
      if (window === null || source !== window || from !== origin) return;
      const word = readWord(data);
      if (word?.says === "ready") window.postMessage(word.answer, origin);
      else if (word !== null) conference.frameSays(word);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, [conference, origin]);
  return (
    <>
      {/* Scripts and storage of its own origin are what Jitsi Meet cannot do without: no window, no download, no way to lead this page elsewhere. */}
      <iframe key={conference.entry} ref={frame} class="conference" title={said.callTitle} src={address} allow={allowed} sandbox="allow-scripts allow-same-origin" referrerpolicy="no-referrer" />
      <div class="call-row">
        <button type="button" class="secondary" disabled={conference.joining} onClick={() => void conference.comeInAgain()}>
          <Icon {...CALL} />
          {conference.joining ? said.connecting : said.comeInAgain}
        </button>
        <button type="button" class="primary hang-up" onClick={() => conference.leave()}>
          <Icon {...DOOR_OUT} />
          {said.leaveCall}
        </button>
      </div>
    </>
  );
}

/** Staff are in a call of Element's, which this page cannot show. */
export function CallElsewhere({ said }: { said: CallTexts }): JSX.Element {
  return (
    <section class="call" aria-label={said.callTitle}>
      <p class="in-call" role="status">
        {said.callElsewhere}
      </p>
    </section>
  );
}
