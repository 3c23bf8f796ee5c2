import type { MediaState } from "./findings.ts";

export interface Media {
  camera: MediaState;
  microphone: MediaState;
  /** Everything that could be opened; whoever holds it ends it. */
  tracks: MediaStreamTrack[];
}

type GetUserMedia = (wanted: MediaStreamConstraints) => Promise<MediaStream>;

const PICTURE: MediaTrackConstraints = { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } };

/** One question for both where possible; when that fails, each alone, so that a missing camera does not hide a good microphone. */
export async function openMedia(get: GetUserMedia | undefined): Promise<Media> {
  if (get === undefined) return { camera: "absent", microphone: "absent", tracks: [] };
  const both = await open(get, { audio: true, video: PICTURE });
  if (typeof both !== "string") return { camera: "works", microphone: "works", tracks: both };
  const sound = await open(get, { audio: true });
  const picture = await open(get, { video: PICTURE });
  return {
    camera: typeof picture === "string" ? picture : "works",
    microphone: typeof sound === "string" ? sound : "works",
    tracks: [sound, picture].flatMap((opened) => (typeof opened === "string" ? [] : opened)),
  };
}

async function open(get: GetUserMedia, wanted: MediaStreamConstraints): Promise<MediaStreamTrack[] | MediaState> {
  try {
    return (await get(wanted)).getTracks();
  } catch (error) {
    return whyNot(error instanceof Error ? error.name : "");
  }
}

/** By the names of Media Capture and Streams §10.2. */
function whyNot(name: string): MediaState {
  if (name === "NotAllowedError" || name === "SecurityError") return "refused";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "failed";
}

/** How loud it is, from 0 to 1, whenever it is asked; the sound goes nowhere. */
export class Loudness {
  private readonly audio = new AudioContext();
  private readonly analyser: AnalyserNode;
  private readonly samples: Uint8Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    this.analyser = this.audio.createAnalyser();
    this.analyser.fftSize = 1_024;
    this.samples = new Uint8Array(this.analyser.fftSize);
    this.audio.createMediaStreamSource(new MediaStream([track])).connect(this.analyser);
    void this.audio.resume();
  }

  get now(): number {
    this.analyser.getByteTimeDomainData(this.samples);
    const mean = this.samples.reduce((sum, sample) => sum + ((sample - 128) / 128) ** 2, 0) / this.samples.length;
    return Math.min(1, Math.sqrt(mean) * 4);
  }

  stop(): void {
    void this.audio.close();
  }
}
