import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Seat } from "../api.ts";
import type { CallKeeper } from "../call/keeper.ts";
import type { Mesh, Problem, Tile } from "../call/mesh.ts";
import type { CallTexts } from "../texts/call/index.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import type { Visit } from "../visit.ts";
import { BeforeCall, peopleIn, Ringing } from "./before_call.tsx";
import { CallElsewhere, ConferencePanel } from "./conference.tsx";
import { CAMERA, DOOR_OUT, MICROPHONE, NETWORK } from "./drawings.ts";
import { Icon } from "./icon.tsx";
import { nameOf } from "./names.ts";
import { Switch } from "./switch.tsx";

const TROUBLE = { refused: "mediaRefused", missing: "mediaMissing", failed: "mediaFailed" } as const;

interface Shown {
  mesh: Mesh;
  seat: Seat;
  said: CallTexts;
  texts: AllTexts;
}

/** The call of a running session: the way into it, and what is seen and done there. */
export function CallPanel({ visit, seat }: { visit: Visit; seat: Seat }): JSX.Element | null {
  const keeper: CallKeeper | null = visit.stay?.call ?? null;
  if (keeper === null || seat.status !== "in_session") return null;
  if (keeper.missing) return <CallMissing visit={visit} />;
  if (keeper.texts === null) return null;
  const { mesh, conference, elsewhere, texts: said } = keeper;
  if (conference !== null) return <ConferencePanel conference={conference} seat={seat} said={said} texts={visit.loaded.inner.texts} />;
  if (elsewhere) return <CallElsewhere said={said} />;
  if (mesh === null) return null;
  const shown = { mesh, seat, said, texts: visit.loaded.inner.texts };
  return (
    <section class="call" aria-label={said.callTitle}>
      {mesh.joined ? <InCall {...shown} /> : <BeforeCall call={mesh} picture={mesh.pictureAllowed} seat={seat} said={said} texts={shown.texts} />}
      {mesh.ringing && <Ringing call={mesh} said={said} />}
      <Problems {...shown} />
    </section>
  );
}

/** Not by itself: what is being written would be lost. */
function CallMissing({ visit }: { visit: Visit }): JSX.Element {
  const { texts } = visit.loaded.inner;
  return (
    <section class="call">
      <div class="call-notes" role="alert">
        <p>{texts.callMissing}</p>
      </div>
      <button type="button" class="secondary" onClick={() => visit.loadAnew()}>
        {texts.tryAgain}
      </button>
    </section>
  );
}

function InCall(shown: Shown): JSX.Element {
  const { mesh, said, texts, seat } = shown;
  // After a page was loaded anew many a browser lets nothing be heard before it is touched.
  const [silenced, setSilenced] = useState(false);
  return (
    <>
      {silenced && (
        <button type="button" class="primary" onClick={() => setSilenced(false)}>
          {said.hearOthers}
        </button>
      )}
      {/* More of them than fit are scrolled, by keyboard too. */}
      <ul class="tiles" tabIndex={0} aria-label={peopleIn(mesh, shown)}>
        {mesh.others.map((tile) => (
          <Other key={tile.party} tile={tile} name={nameOf(tile.user, seat, texts)} said={said} onPlay={(heard) => setSilenced(!heard)} />
        ))}
        <li class={mesh.speaking ? "tile tile-mine speaking" : "tile tile-mine"}>
          {mesh.cameraOn && <Picture stream={mesh.media.camera} label={texts.yourPicture} />}
          <span class="tile-name">
            {texts.you}
            {mesh.speaking && <span class="said"> {said.speaking}</span>}
          </span>
        </li>
      </ul>
      <div class="call-row">
        <Switch sign={MICROPHONE} name={texts.microphone} on={mesh.microphoneOn} said={said} onPress={(on) => mesh.setMicrophone(on)} />
        {mesh.pictureAllowed && <Switch sign={CAMERA} name={texts.camera} on={mesh.cameraOn} said={said} onPress={(on) => void mesh.setCamera(on)} />}
        {mesh.cameraOn && (
          <button type="button" class="secondary" onClick={() => void mesh.turnCamera()}>
            {said.turnCamera}
          </button>
        )}
        <Switch sign={NETWORK} name={said.poorMode} on={mesh.poorMode} said={said} onPress={(on) => void mesh.setPoorMode(on)} />
        <button type="button" class="primary hang-up" onClick={() => void mesh.leave()}>
          <Icon {...DOOR_OUT} />
          {said.leaveCall}
        </button>
      </div>
    </>
  );
}

interface OtherShown {
  tile: Tile;
  name: string;
  said: CallTexts;
  /** Whether the browser lets them be heard. */
  onPlay: (heard: boolean) => void;
}

function Other({ tile, name, said, onPlay }: OtherShown): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    if (video.srcObject !== tile.stream) video.srcObject = tile.stream;
    video.play().then(
      () => onPlay(true),
      (error: unknown) => error instanceof Error && error.name === "NotAllowedError" && onPlay(false),
    );
  });
  return (
    <li class={tile.speaking ? "tile speaking" : "tile"}>
      {/* The sound comes out of this element too, so it stays when there is no picture. */}
      <video ref={element} class={tile.video ? "" : "no-picture"} autoplay playsInline aria-label={name} />
      <span class="tile-name">
        {name}
        {!tile.connected && <span class="said"> {said.connecting}</span>}
        {tile.speaking && <span class="said"> {said.speaking}</span>}
      </span>
    </li>
  );
}

function Picture({ stream: track, label }: { stream: MediaStreamTrack | null; label: string }): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (element.current === null) return;
    element.current.srcObject = track === null ? null : new MediaStream([track]);
    void element.current.play().catch(() => undefined);
  }, [track]);
  return <video ref={element} class="mirrored" autoplay playsInline muted aria-label={label} />;
}

function Problems({ mesh, said, texts }: Shown): JSX.Element {
  const sentences: Record<NonNullable<Problem>, string> = { no_relay: said.noRelay, full: said.callFull, no_network: said.callFailed };
  const lines = [
    mesh.problem === null ? "" : sentences[mesh.problem],
    mesh.pictureGone === "poor" ? said.weakLine : "",
    mesh.pictureGone === "many" || (mesh.joined && !mesh.pictureAllowed) ? said.tooMany : "",
    mesh.microphoneTrouble === null ? "" : `${texts.microphone}: ${texts[TROUBLE[mesh.microphoneTrouble]]}`,
    mesh.cameraTrouble === null ? "" : `${texts.camera}: ${texts[TROUBLE[mesh.cameraTrouble]]}`,
  ].filter((line) => line !== "");
  return (
    <div class="call-notes" role="alert">
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
