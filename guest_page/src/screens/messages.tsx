import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Seat } from "../api.ts";
import type { Message } from "../messages.ts";
import type { RoomView } from "../stay.ts";
import { fill } from "../texts/fill.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import { nameOf } from "./names.ts";
import { SharedFileView } from "./shared_file.tsx";
import { clock } from "./when.ts";

const NEAR_THE_END_PX = 120;

interface Shown {
  room: RoomView | null;
  seat: Seat;
  reading: { language: string; texts: AllTexts };
  onTakeBack: (txn: string) => void;
}

export function Messages({ room, seat, reading, onTakeBack }: Shown): JSX.Element {
  const { texts, language } = reading;
  const messages = room?.messages ?? [];
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const last = messages.at(-1)?.id;
  useLayoutEffect(() => {
    const element = log.current;
    if (element !== null && (atEnd.current || messages.at(-1)?.mine === true)) element.scrollTop = element.scrollHeight;
  }, [last]);
  // An open keyboard takes room from the messages: the newest stays in sight.
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null) return undefined;
    const watching = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    watching.observe(element);
    return () => watching.disconnect();
  }, []);
  const reader = { language, texts, wanted: navigator.languages };
  return (
    <div
      class="log"
      role="log"
      aria-label={texts.messages}
      tabIndex={0}
      ref={log}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
      }}
    >
      {messages.length === 0 && <p class="quiet">{texts.noMessages}</p>}
      {messages.map((message) => (
        <div key={message.txn ?? message.id} class={message.mine ? "message mine" : "message"}>
          <p class="by">
            <span class="who">{message.mine ? texts.you : nameOf(message.sender, seat, texts)}</span>{" "}
            {message.sent ? (
              <>
                <time dateTime={new Date(message.at).toISOString()}>{clock(new Date(message.at), reader)}</time>
                {message.id === room?.readUpTo && ` · ${texts.read}`}
              </>
            ) : (
              <span>
                {texts.sending}
                {percent(room?.progress(message.txn ?? ""))}
              </span>
            )}
          </p>
          {room !== null && message.file !== undefined ? (
            <SharedFileView file={message.file} by={message.mine ? texts.you : nameOf(message.sender, seat, texts)} open={room.open} texts={texts} />
          ) : (
            <p class={message.kind === "text" ? "words" : "words faint"} dir="auto">
              {words(message, texts)}
            </p>
          )}
          {message.kind === "file" && !message.sent && (
            <button type="button" class="secondary file" onClick={() => onTakeBack(message.txn ?? "")}>
              {texts.takeBack}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? "" : ` ${Math.floor(share * 100)} %`;
}

function words(message: Message, texts: AllTexts): string {
  switch (message.kind) {
    case "text":
      return message.text;
    case "file":
      return message.sent ? fill(texts.file, { name: message.text }) : message.text;
    case "unreadable":
      return texts.unreadable;
    case "removed":
      return texts.removed;
  }
}
