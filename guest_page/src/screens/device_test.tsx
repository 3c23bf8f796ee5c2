import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type BrowserKind, browserKind, insideAnotherApp } from "../device/browser.ts";
import { type DeviceTest, type MediaState, resultOf } from "../device/findings.ts";
import { Loudness, type Media, openMedia } from "../device/media.ts";
import type { NetworkTest } from "../device/network.ts";
import type { AllTexts } from "../texts/inside/index.ts";
import type { Visit } from "../visit.ts";
import { CAMERA, MICROPHONE, NETWORK, SKIP, SPEAKER, TEST } from "./drawings.ts";
import { type Drawing, Icon } from "./icon.tsx";
import { OpenElsewherePicture, PermissionPicture } from "./permission_picture.tsx";

const LEVEL_EVERY_MS = 100;
/** From here on somebody is heard, and not the room. */
const HEARD_FROM = 0.06;

interface Shown {
  visit: Visit;
  /** What stands below the result: the way on. */
  next: ComponentChildren;
  onSkip: () => void;
}

/** Camera, microphone, loudspeaker and network. Picture and sound stay on the device; one word of the result goes to the requester. */
export function DeviceTestScreen({ visit, next, onSkip }: Shown): JSX.Element {
  const { texts } = visit.loaded.inner;
  const [run, setRun] = useState(0);
  const kind = ownKind();
  const skip = (
    <button type="button" class="secondary" onClick={onSkip}>
      <Icon {...SKIP} />
      {texts.skip}
    </button>
  );
  return (
    <section class="steps">
      <h1 tabIndex={-1}>{texts.testTitle}</h1>
      {run === 0 ? (
        <>
          <p>{texts.testText}</p>
          {insideAnotherApp(navigator.userAgent) && <OtherApp texts={texts} />}
          <div class="card beside">
            <PermissionPicture kind={kind} />
            <p>{howToAllow(kind, texts)}</p>
          </div>
          <button type="button" class="primary" onClick={() => setRun(1)}>
            <Icon {...TEST} />
            {texts.test}
          </button>
          {skip}
        </>
      ) : (
        <Running key={run} visit={visit} again={() => setRun(run + 1)} next={next} skip={skip} />
      )}
    </section>
  );
}

function OtherApp({ texts }: { texts: AllTexts }): JSX.Element {
  const box = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    box.current?.select();
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
    } catch {
      setCopied(document.execCommand("copy"));
    }
  };
  return (
    <div class="card">
      <div class="beside">
        <OpenElsewherePicture />
        <p>{texts.otherApp}</p>
      </div>
      <label class="hint" for="link">
        {texts.yourLink}
      </label>
      <input id="link" class="link" type="text" readOnly ref={box} dir="ltr" value={location.href} />
      <button type="button" class="secondary" onClick={() => void copy()}>
        {texts.copyLink}
      </button>
      <p role="status">{copied ? texts.copied : ""}</p>
    </div>
  );
}

interface Run {
  visit: Visit;
  again: () => void;
  next: ComponentChildren;
  skip: JSX.Element;
}

function Running({ visit, again, next, skip }: Run): JSX.Element {
  const { texts } = visit.loaded.inner;
  const [media, setMedia] = useState<Media | null>(null);
  const [network, setNetwork] = useState<NetworkTest | null>(null);
  useEffect(() => {
    let over = false;
    let opened: Media | null = null;
    const end = (): void => {
      for (const track of opened?.tracks ?? []) track.stop();
    };
    const devices = navigator.mediaDevices;
    const media = openMedia(devices?.getUserMedia === undefined ? undefined : (wanted) => devices.getUserMedia(wanted)).then((found) => {
      opened = found;
      if (over) end();
      else setMedia(found);
      return found;
    });
    const network = visit.testNetwork().then((found) => {
      if (!over) setNetwork(found);
      return found;
    });
    void Promise.all([media, network]).then(([{ camera, microphone }, { state }]) => {
      if (!over) visit.tested(resultOf({ camera, microphone, network: state }));
    });
    return () => {
      over = true;
      end();
    };
  }, []);
  const result = media !== null && network !== null ? resultOf({ ...media, network: network.state }) : null;
  const refused = media?.camera === "refused" || media?.microphone === "refused";
  const absent = media?.camera === "absent";
  return (
    <>
      <ul class="checks">
        <Check sign={CAMERA} name={texts.camera} good={media === null ? null : media.camera === "works"} words={mediaWords(media?.camera, texts, texts.cameraWorks)}>
          {media?.camera === "works" && <Picture tracks={media.tracks} label={texts.yourPicture} />}
        </Check>
        <Check sign={MICROPHONE} name={texts.microphone} good={media === null ? null : media.microphone === "works"} words={mediaWords(media?.microphone, texts, texts.microphoneWorks)}>
          {media?.microphone === "works" && <Level tracks={media.tracks} texts={texts} />}
        </Check>
        <Check sign={SPEAKER} name={texts.speaker} good={null} words={texts.speakerHint}>
          <button type="button" class="secondary" onClick={() => visit.loaded.attention?.tone()}>
            <Icon {...SPEAKER} />
            {texts.playTone}
          </button>
        </Check>
        <Check sign={NETWORK} name={texts.network} good={network === null ? null : network.state === "good"} words={networkWords(network, texts)} />
      </ul>
      {refused && <p>{howToAllowLater(ownKind(), texts)}</p>}
      {(absent || (refused && insideAnotherApp(navigator.userAgent))) && <OtherApp texts={texts} />}
      <p class="result" role="status">
        {result === null ? texts.testing : resultWords(result, texts)}
      </p>
      {result === null ? skip : next}
      {result !== null && result !== "good" && (
        <button type="button" class="secondary" onClick={again}>
          {texts.tryAgain}
        </button>
      )}
    </>
  );
}

function Check({ sign, name, good, words, children }: { sign: Drawing; name: string; good: boolean | null; words: string; children?: ComponentChildren }): JSX.Element {
  return (
    <li class="card">
      <p class="check">
        <span class={good === null ? "mark" : good ? "mark mark-good" : "mark mark-bad"} aria-hidden="true">
          {good === null ? "•" : good ? "✓" : "!"}
        </span>
        <strong>
          <Icon {...sign} />
          {name}
        </strong>
      </p>
      <p>{words}</p>
      {children}
    </li>
  );
}

function Picture({ tracks, label }: { tracks: MediaStreamTrack[]; label: string }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = new MediaStream(tracks.filter(({ kind }) => kind === "video"));
  }, [tracks]);
  return <video ref={video} class="camera" autoplay playsInline muted aria-label={label} />;
}

function Level({ tracks, texts }: { tracks: MediaStreamTrack[]; texts: AllTexts }): JSX.Element {
  const [level, setLevel] = useState(0);
  const [heard, setHeard] = useState(false);
  useEffect(() => {
    const track = tracks.find(({ kind }) => kind === "audio");
    if (track === undefined) return undefined;
    const loudness = new Loudness(track);
    const timer = setInterval(() => {
      setLevel(loudness.now);
      if (loudness.now >= HEARD_FROM) setHeard(true);
    }, LEVEL_EVERY_MS);
    return () => {
      clearInterval(timer);
      loudness.stop();
    };
  }, [tracks]);
  return (
    <>
      <meter class="level" min={0} max={1} value={level} aria-label={texts.level} />
      <p role="status">{heard ? texts.heard : texts.saySomething}</p>
    </>
  );
}

function ownKind(): BrowserKind {
  return browserKind(navigator.userAgent, navigator.maxTouchPoints);
}

function howToAllow(kind: BrowserKind, texts: AllTexts): string {
  const onTelephone = texts.allowIphone;
  return { android: texts.allowAndroid, samsung: onTelephone, firefox: onTelephone, iphone: onTelephone, on_iphone: onTelephone, mac: texts.allowOther, other: texts.allowOther }[kind];
}

function howToAllowLater(kind: BrowserKind, texts: AllTexts): string {
  const { refusedAndroid, refusedIphone, refusedOnIphone, refusedMac, refusedOther } = texts;
  return { android: refusedAndroid, samsung: refusedAndroid, firefox: refusedOther, iphone: refusedIphone, on_iphone: refusedOnIphone, mac: refusedMac, other: refusedOther }[kind];
}

function mediaWords(state: MediaState | undefined, texts: AllTexts, works: string): string {
  if (state === undefined) return texts.testing;
  return { works, refused: texts.mediaRefused, missing: texts.mediaMissing, failed: texts.mediaFailed, absent: texts.mediaRefused }[state];
}

function networkWords(network: NetworkTest | null, texts: AllTexts): string {
  if (network === null) return texts.testing;
  const said = { good: texts.networkGood, slow: texts.networkSlow, barred: texts.networkBarred, lost: texts.problemNetwork }[network.state];
  return network.relay === "none" ? `${said} ${texts.networkNoRelay}` : said;
}

function resultWords(result: DeviceTest, texts: AllTexts): string {
  return { good: texts.resultGood, audio_only: texts.resultSound, no_camera: texts.resultSound, writing_only: texts.resultWriting, poor_network: texts.resultNetwork }[result];
}
