import type { FileProblem, Prepared } from "./prepare.ts";
import { sniff } from "./kinds.ts";

/** A voice message, for people who do not write. */
export const LONGEST_MS = 120_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 24_000;

export function canRecord(): boolean {
  return "MediaRecorder" in globalThis && navigator.mediaDevices?.getUserMedia !== undefined;
}

/** One recording, from the yes to the microphone until `stop` or `cancel`; after two minutes it hears no more and waits for one of them. */
export class Recording {
  private readonly recorder: MediaRecorder;
  private readonly parts: Blob[] = [];
  private readonly begun = performance.now();
  private readonly ended: Promise<void>;

  private constructor(stream: MediaStream) {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND, ...(mimeType !== undefined && { mimeType }) });
    this.recorder.ondataavailable = ({ data }) => this.parts.push(data);
    const timer = setTimeout(() => this.recorder.stop(), LONGEST_MS);
    this.ended = new Promise((resolve) => {
      this.recorder.onstop = () => {
        clearTimeout(timer);
        for (const track of stream.getTracks()) track.stop();
        resolve();
      };
    });
    this.recorder.start();
  }

  /** Null when it is not `wanted` any more by the time the person has said yes: the microphone is let go. */
  static async begin(wanted: () => boolean): Promise<Recording | FileProblem | null> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (wanted()) return new Recording(stream);
      for (const track of stream.getTracks()) track.stop();
      return null;
    } catch {
      return "no_microphone";
    }
  }

  /** Milliseconds so far. */
  get lasts(): number {
    return Math.min(performance.now() - this.begun, LONGEST_MS);
  }

  /** Two minutes are over: it hears no more. */
  get full(): boolean {
    return this.recorder.state === "inactive";
  }

  async stop(): Promise<Prepared | FileProblem> {
    const duration = this.lasts;
    await this.end();
    const data = new Blob(this.parts);
    const { kind, type } = await sniff(data);
    return kind === "voice" ? { kind, type, data, name: "voice message", duration } : "unreadable";
  }

  async cancel(): Promise<void> {
    await this.end();
    this.parts.length = 0;
  }

  private async end(): Promise<void> {
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.ended;
  }
}
