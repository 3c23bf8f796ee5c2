import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { AllTexts } from "../texts/inside/index.ts";
import { SEND } from "./drawings.ts";
import { Icon } from "./icon.tsx";

const LONGEST_MESSAGE = 4_000;

interface Shown {
  texts: AllTexts;
  /** While not, what is written stays. */
  canSend: boolean;
  /** What stood in the box when it was last there. */
  draft: string;
  onDraft: (text: string) => void;
  onSend: (text: string) => void;
  /** Something stands in the box that was not sent, or nothing does any more. */
  onWriting: (writing: boolean) => void;
}

export function Composer({ texts, canSend, draft, onDraft, onSend, onWriting }: Shown): JSX.Element {
  const [text, setText] = useState(draft);
  const box = useRef<HTMLTextAreaElement>(null);
  const send = (): void => {
    if (!canSend || text.trim() === "") return;
    // Of words that were taken along from a lost place there may be more than one message holds.
    for (let sent = 0; sent < text.length; sent += LONGEST_MESSAGE) onSend(text.slice(sent, sent + LONGEST_MESSAGE));
    setText("");
    onDraft("");
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
            onDraft(value);
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
