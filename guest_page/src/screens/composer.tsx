import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { AllTexts } from "../visit.ts";
import { SEND } from "./drawings.ts";
import { Icon } from "./icon.tsx";

const LONGEST_MESSAGE = 4_000;

interface Shown {
  texts: AllTexts;
  /** While not, what is written stays. */
  canSend: boolean;
  onSend: (text: string) => void;
  /** Something stands in the box that was not sent, or nothing does any more. */
  onWriting: (writing: boolean) => void;
}

export function Composer({ texts, canSend, onSend, onWriting }: Shown): JSX.Element {
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const send = (): void => {
    if (!canSend || text.trim() === "") return;
    onSend(text);
    setText("");
    box.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label for="message">{texts.message}</label>
      <div class="composer-row">
        <textarea
          id="message"
          ref={box}
          rows={2}
          dir="auto"
          autocomplete="off"
          maxLength={LONGEST_MESSAGE}
          value={text}
          onInput={({ currentTarget: { value } }) => {
            setText(value);
            onWriting(value.trim() !== "");
          }}
          onBlur={() => onWriting(false)}
          onKeyDown={(event) => {
            // With a keyboard Enter sends; on a touch screen it is a new line.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="primary" disabled={!canSend}>
          <Icon {...SEND} />
          {texts.send}
        </button>
      </div>
    </form>
  );
}
