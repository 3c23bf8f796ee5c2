import type { JSX } from "preact";
import type { Choice } from "../call/keeper.ts";
import type { CallTexts } from "../texts/call/index.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import { CALL, CAMERA, MICROPHONE } from "./drawings.ts";
import { Icon } from "./icon.tsx";
import { Switch } from "./switch.tsx";

interface Shown {
  said: CallTexts;
  texts: AllTexts;
  /** The button cannot be pressed now. */
  busy: boolean;
  button: string;
  choice: Choice;
  /** Whether there may be pictures at all. */
  picture: boolean;
  onJoin: () => void;
  onMicrophone: (on: boolean) => void;
  onCamera: (on: boolean) => void;
}

/** The button into a call, with microphone and camera chosen before it is pressed. */
export function JoinRow({ said, texts, busy, button, choice, picture, onJoin, onMicrophone, onCamera }: Shown): JSX.Element {
  return (
    <div class="call-row">
      <button type="button" class="primary" disabled={busy} onClick={onJoin}>
        <Icon {...CALL} />
        {button}
      </button>
      <Switch sign={MICROPHONE} name={texts.microphone} on={choice.microphone} said={said} onPress={onMicrophone} />
      {picture && <Switch sign={CAMERA} name={texts.camera} on={choice.camera} said={said} onPress={onCamera} />}
    </div>
  );
}
