import type { JSX } from "preact";
import type { Seat } from "../api.ts";
import type { CallTexts } from "../texts/call/index.ts";
import { fill } from "../texts/fill.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import { JoinRow } from "./join_row.tsx";
import { nameOf } from "./names.ts";

/** What every kind of call offers to somebody who is not in it yet. */
export interface Joinable {
  readonly others: readonly { user: string }[];
  readonly joining: boolean;
  readonly microphoneOn: boolean;
  readonly cameraOn: boolean;
  join(): Promise<void>;
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): unknown;
  dismissRing(): void;
}

interface Words {
  seat: Seat;
  said: CallTexts;
  texts: AllTexts;
}

interface Shown extends Words {
  call: Joinable;
  /** Whether there may be pictures at all. */
  picture: boolean;
}

export function Ringing({ call, said }: { call: Joinable; said: CallTexts }): JSX.Element {
  return (
    <div class="ringing" role="alert">
      <p>{said.callRings}</p>
      <button type="button" class="secondary" onClick={() => call.dismissRing()}>
        {said.notNow}
      </button>
    </div>
  );
}

/** The way into a call, with microphone and camera chosen before. What comes and goes stands below, so that no button moves from under a finger. */
export function BeforeCall({ call, picture, seat, said, texts }: Shown): JSX.Element {
  return (
    <>
      <JoinRow
        said={said}
        texts={texts}
        busy={call.joining}
        button={call.joining ? said.connecting : said.joinCall}
        choice={{ microphone: call.microphoneOn, camera: call.cameraOn }}
        picture={picture}
        onJoin={() => void call.join()}
        onMicrophone={(on) => call.setMicrophone(on)}
        onCamera={(on) => void call.setCamera(on)}
      />
      {call.others.length > 0 && (
        <p class="in-call" role="status">
          {peopleIn(call, { seat, said, texts })}
        </p>
      )}
    </>
  );
}

export function peopleIn({ others }: Joinable, { seat, said, texts }: Words): string {
  return fill(said.inCall, { people: [...new Set(others.map(({ user }) => nameOf(user, seat, texts)))].join(", ") });
}
