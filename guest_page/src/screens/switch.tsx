import type { JSX } from "preact";
import type { CallTexts } from "../texts/call/index.ts";
import { type Drawing, Icon } from "./icon.tsx";

interface Shown {
  sign: Drawing;
  name: string;
  on: boolean;
  said: CallTexts;
  onPress: (on: boolean) => void;
}

export function Switch({ sign, name, on, said, onPress }: Shown): JSX.Element {
  return (
    <button type="button" class="secondary switch" aria-pressed={on} onClick={() => onPress(!on)}>
      <Icon {...sign} />
      {name} <small aria-hidden="true">{on ? said.on : said.off}</small>
    </button>
  );
}
