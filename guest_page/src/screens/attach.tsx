import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { CHOOSABLE } from "../files/kinds.ts";
import type { FileProblem } from "../files/prepare.ts";
import { canRecord, LONGEST_MS, Recording } from "../files/voice.ts";
import { fill, numberIn } from "../texts/fill.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import type { Visit } from "../visit.ts";
import { CLIP, MICROPHONE, SEND } from "./drawings.ts";
import { Icon } from "./icon.tsx";

const MEGABYTE = 1024 * 1024;
const MINUTE_MS = 60_000;

/** What can be sent besides words: a photo or a PDF, and a voice message for people who do not write. */
export function Attach({ visit, texts }: { visit: Visit; texts: AllTexts }): JSX.Element {
  const chooser = useRef<HTMLInputElement>(null);
  const size = numberIn(texts, Math.floor((visit.info?.largest_file ?? 0) / MEGABYTE));
  return (
    <div class="attach">
      <div class="attach-row">
        <button type="button" class="secondary" aria-describedby="attach-hint" onClick={() => chooser.current?.click()}>
          <Icon {...CLIP} />
          {texts.attach}
        </button>
        {canRecord() && <Voice visit={visit} texts={texts} />}
      </div>
      <input
        ref={chooser}
        type="file"
        hidden
        accept={CHOOSABLE}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file !== undefined) void visit.attach(file);
          currentTarget.value = "";
        }}
      />
      <p class="hint" id="attach-hint">
        {fill(texts.attachHint, { size })} {canRecord() && fill(texts.voiceHint, { minutes: longestIn(texts) })}
      </p>
      <p class="problem" role="alert">
        {visit.fileProblem === null ? "" : problemIn(texts, visit.fileProblem, size)}
      </p>
    </div>
  );
}

function longestIn(texts: AllTexts): string {
  return numberIn(texts, LONGEST_MS / MINUTE_MS);
}

function problemIn(texts: AllTexts, problem: FileProblem, size: string): string {
  switch (problem) {
    case "large":
      return fill(texts.problemLarge, { size });
    case "kind":
      return texts.problemKind;
    case "unreadable":
      return texts.problemUnreadable;
    case "not_sent":
      return texts.problemNotSent;
    case "all_sent":
      return texts.problemAllSent;
    case "gone":
      return texts.problemGone;
    case "no_microphone":
      return texts.problemMicrophone;
  }
}

function Voice({ visit, texts }: { visit: Visit; texts: AllTexts }): JSX.Element {
  const [recording, setRecording] = useState<Recording | null>(null);
  const [seconds, setSeconds] = useState(0);
  const [full, setFull] = useState(false);
  /** Counts presses of the button, and goes up when it is gone: of several only the last is meant. */
  const pressed = useRef(0);
  useEffect(() => () => void pressed.current++, []);
  useEffect(() => {
    if (recording === null) return undefined;
    const timer = setInterval(() => {
      setSeconds(Math.floor(recording.lasts / 1_000));
      setFull(recording.full);
    }, 250);
    return () => {
      clearInterval(timer);
      void recording.cancel();
    };
  }, [recording]);
  const begin = async (): Promise<void> => {
    const press = ++pressed.current;
    const begun = await Recording.begin(() => pressed.current === press);
    if (begun === null) return;
    if (typeof begun === "string") return visit.send(begun);
    setSeconds(0);
    setFull(false);
    setRecording(begun);
  };
  const send = async (): Promise<void> => {
    if (recording === null) return;
    const prepared = await recording.stop();
    setRecording(null);
    await visit.send(prepared);
  };
  if (recording === null)
    return (
      <button type="button" class="secondary" onClick={() => void begin()}>
        <Icon {...MICROPHONE} />
        {texts.voice}
      </button>
    );
  return (
    <>
      {!full && <span role="timer">{fill(texts.recording, { seconds: numberIn(texts, seconds) })}</span>}
      <span role="status">{full ? fill(texts.voiceFull, { minutes: longestIn(texts) }) : ""}</span>
      <button type="button" class="secondary" onClick={() => void send()}>
        <Icon {...SEND} />
        {texts.recordSend}
      </button>
      <button type="button" class="secondary" onClick={() => setRecording(null)}>
        {texts.takeBack}
      </button>
    </>
  );
}
