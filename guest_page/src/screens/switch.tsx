import type { JSX } from "preact";
import type { CallTexts } from "../texts/call/index.ts";

export function Switch({ name, on, said, onPress }: { name: string; on: boolean; said: CallTexts; onPress: (on: boolean) => void }): JSX.Element {
  return (
    <button type="button" class="secondary switch" aria-pressed={on} onClick={() => onPress(!on)}>
      {name} <small aria-hidden="true">{on ? said.on : said.off}</small>
    </button>
  );
}
