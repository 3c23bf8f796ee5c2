import type { JSX } from "preact";
import type { Texts } from "../texts/index.ts";

interface Shown {
  title: string;
  text: string;
  after?: string;
  button?: string;
  busy?: boolean;
  onPress?: () => void;
  phone?: string | null;
  texts?: Texts;
}

/** One thing said, and at most one thing to do. */
export function Notice({ title, text, after, button, busy, onPress, phone, texts }: Shown): JSX.Element {
  return (
    <section class="card">
      <h1 tabIndex={-1}>{title}</h1>
      {text !== "" && <p>{text}</p>}
      {after !== undefined && <p>{after}</p>}
      {texts !== undefined && phone !== undefined && phone !== null && <ToRing phone={phone} texts={texts} />}
      {button !== undefined && (
        <button type="button" class="primary" disabled={busy === true} onClick={onPress}>
          {button}
        </button>
      )}
    </section>
  );
}

/** Pressed, it rings: no browser is left to guess which digits are a number. */
function ToRing({ phone, texts }: { phone: string; texts: Texts }): JSX.Element {
  const [before, after] = texts.phone.split("{phone}");
  return (
    <p>
      {before}
      <a class="ring" href={`tel:${phone.replace(/[^\d+]/g, "")}`} dir="ltr">
        {phone}
      </a>
      {after}
    </p>
  );
}
