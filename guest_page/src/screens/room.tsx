import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Seat } from "../api.ts";
import { fill, numberIn } from "../texts/fill.ts";
import type { RoomView } from "../stay.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import type { Visit } from "../visit.ts";
import { Attach } from "./attach.tsx";
import { CannotCome } from "./cannot_come.tsx";
import { CallPanel } from "./call.tsx";
import { CallRoom } from "./call_door.tsx";
import { Composer } from "./composer.tsx";
import { Deletion } from "./deletion.tsx";
import { DOOR_OUT } from "./drawings.ts";
import { MoveQuestion } from "./full.tsx";
import { Icon } from "./icon.tsx";
import { Messages } from "./messages.tsx";
import { nameOf } from "./names.ts";

/** The waiting room and the session: the same place, told differently. */
export function Room({ visit, seat }: { visit: Visit; seat: Seat }): JSX.Element {
  return seat.call_seat ? <CallRoom visit={visit} seat={seat} /> : <Conversation visit={visit} seat={seat} />;
}

function Conversation({ visit, seat }: { visit: Visit; seat: Seat }): JSX.Element {
  const { texts } = visit.loaded.inner;
  const room = visit.stay?.room ?? null;
  const { title, lines, bell } = situation(seat, room, texts);
  // In the style sheet alone it would take a selector that telephones of before 2023 do not know.
  const [writes, setWrites] = useState(false);
  const canWrite = room?.canWrite === true;
  // What somebody is writing stays while nobody is there to read it for a moment.
  const couldWrite = useRef(false);
  couldWrite.current ||= canWrite;
  return (
    <div class={writes ? "room writes" : "room"} onFocusIn={({ target }) => setWrites(target instanceof HTMLTextAreaElement)} onFocusOut={() => setWrites(false)}>
      <section class={`situation situation-${seat.status}`} role="status">
        <h1 tabIndex={-1}>{title}</h1>
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
        {bell && <Bell visit={visit} texts={texts} />}
        {room?.joined === true && <p class="here">{fill(texts.here, { people: whoIsHere(room, seat, texts) })}</p>}
      </section>
      {seat.asked_for && <MoveQuestion visit={visit} />}
      {seat.moved_here && <p class="hint">{texts.movedHere}</p>}
      <p class="offline" role="alert">
        {visit.stay?.offline === true ? texts.offline : ""}
      </p>
      <CallPanel visit={visit} seat={seat} />
      <Messages room={room} seat={seat} reading={visit.loaded.inner} onTakeBack={(txn) => visit.stay?.takeBack(txn)} />
      {canWrite && (
        <p class="hint writing" role="status">
          {room.writing.length > 0 ? fill(texts.writing, { people: namesOf(room.writing, seat, texts) }) : ""}
        </p>
      )}
      {!canWrite && <p class="hint not-yet">{texts.notYet}</p>}
      {couldWrite.current && (
        <Composer
          texts={texts}
          canSend={canWrite}
          draft={visit.draft}
          onDraft={(text) => {
            visit.draft = text;
          }}
          onSend={(text) => visit.stay?.say(text)}
          onWriting={(writing) => visit.stay?.writes(writing)}
        />
      )}
      {canWrite && <Attach visit={visit} texts={texts} />}
      <div class="last">
        <button type="button" class="secondary leave" onClick={() => void visit.ownSeat.leave()}>
          <Icon {...DOOR_OUT} />
          {texts.leave}
        </button>
        <Deletion visit={visit} seat={seat} />
        <CannotCome visit={visit} />
      </div>
    </div>
  );
}

/** A promise of a sound only where one will be heard: a reload or a telephone call put it to sleep, until the page is touched. */
function Bell({ visit, texts }: { visit: Visit; texts: AllTexts }): JSX.Element | null {
  switch (visit.loaded.attention?.bell ?? "none") {
    case "rings":
      return <p>{texts.waitingBell}</p>;
    case "asleep":
      return (
        <button type="button" class="secondary bell" onClick={() => visit.loaded.attention?.tone()}>
          {texts.pressForBell}
        </button>
      );
    case "none":
      return null;
  }
}

/** Honest words: only what the server has really said (PRODUCT §3, arrival). */
function situation(seat: Seat, room: RoomView | null, texts: AllTexts): { title: string; lines: string[]; bell: boolean } {
  switch (seat.status) {
    case "in_session":
      return { title: texts.sessionTitle, lines: [texts.sessionText], bell: false };
    case "kept_open":
      return { title: texts.keptTitle, lines: [texts.keptText], bell: false };
    default: {
      if (room?.joined !== true) return { title: texts.waitingTitle, lines: [texts.gettingReady], bell: false };
      const said = { told: texts.waitingTold, seen: texts.waitingSeen, nobody_came: texts.waitingNobody };
      const line = seat.told === null ? texts.waitingNew : said[seat.told];
      const bell = seat.told !== "nobody_came";
      const before = seat.before > 0 && bell ? [fill(texts.waitingBefore, { count: numberIn(texts, seat.before) })] : [];
      return { title: texts.waitingTitle, lines: [line, ...before], bell };
    }
  }
}

function whoIsHere(room: RoomView, seat: Seat, texts: AllTexts): string {
  const away = new Set(seat.people.filter((person) => person.away).map(({ user }) => user));
  return namesOf(room.here.filter((user) => !away.has(user)), seat, texts);
}

function namesOf(users: string[], seat: Seat, texts: AllTexts): string {
  return [...new Set(users.map((user) => (user === seat.user ? texts.you : nameOf(user, seat, texts))))].join(", ");
}
