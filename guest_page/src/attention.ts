/** Tells the person that somebody came or wrote: sound, vibration, and a blinking title while the page is hidden. */

const NOTES_HZ = [660, 880, 660];
const NOTE_S = 0.18;
const BLINK_MS = 1_000;

/** Late, what was meant to call somebody only puzzles them. */
const IN_TIME_MS = 3_000;

/** `asleep`: nothing is heard before the person touches the page once; `none`: this browser has no sound. */
export type Bell = "rings" | "asleep" | "none";

export class Attention {
  private readonly changed: () => void;
  private audio: AudioContext | null = null;
  private mute = false;
  private blinking: number | undefined;
  private title = "";

  /** `changed`: of whether a sound is heard. */
  constructor(changed: () => void) {
    this.changed = changed;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.stopBlinking();
      void this.wake();
    });
    // Browsers play nothing before a touch; after a reload the first one anywhere will do.
    document.addEventListener("pointerdown", () => this.arm());
  }

  get bell(): Bell {
    if (this.mute) return "none";
    return this.audio?.state === "running" ? "rings" : "asleep";
  }

  /** From within a click or a touch it is heard from then on; at other times in some browsers alone. */
  arm(): void {
    if (this.audio === null && !this.mute) this.open();
    void this.wake();
  }

  call(): void {
    const called = performance.now();
    void this.wake().then(() => performance.now() - called < IN_TIME_MS && this.sound());
    try {
      navigator.vibrate?.([200, 100, 200]);
    } catch {
      // Refused before the first touch.
    }
    if (document.visibilityState === "hidden") this.startBlinking();
  }

  /** The same tones, to find out whether the loudspeaker works; from within a click. */
  tone(): void {
    this.arm();
    void this.wake().then(() => this.sound());
  }

  private open(): void {
    try {
      this.audio = new AudioContext();
    } catch {
      // No sound here; the rest still works.
      this.mute = true;
      return;
    }
    this.audio.addEventListener("statechange", () => {
      this.changed();
      void this.wake();
    });
  }

  /** A reload and a telephone call put the sound to sleep; resolves when it is awake, which may be never. */
  private async wake(): Promise<void> {
    if (this.audio === null || this.audio.state === "running" || this.audio.state === "closed") return;
    await this.audio.resume().catch(() => undefined);
  }

  private sound(): void {
    const audio = this.audio;
    if (audio?.state !== "running") return;
    NOTES_HZ.forEach((frequency, index) => {
      const start = audio.currentTime + index * NOTE_S;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.25, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + NOTE_S);
    });
  }

  private startBlinking(): void {
    if (this.blinking !== undefined) return;
    this.title = document.title;
    let marked = false;
    this.blinking = window.setInterval(() => {
      marked = !marked;
      document.title = marked ? `● ${this.title}` : this.title;
    }, BLINK_MS);
  }

  private stopBlinking(): void {
    if (this.blinking === undefined) return;
    window.clearInterval(this.blinking);
    this.blinking = undefined;
    document.title = this.title;
  }
}

/** Keeps the screen on while `wanted`; browsers let go of it whenever the page is hidden, so it is asked for again. */
export class ScreenAwake {
  private asked = false;
  private lock: WakeLockSentinel | null = null;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.hold());
  }

  set wanted(wanted: boolean) {
    if (this.asked === wanted) return;
    this.asked = wanted;
    if (wanted) void this.hold();
    else void this.lock?.release();
  }

  private async hold(): Promise<void> {
    if (!this.asked || document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      // One that comes late, or was asked for twice, would keep the screen on for ever.
      const needless = this.asked ? this.lock : lock;
      if (this.asked) this.lock = lock;
      if (needless?.released === false) await needless.release();
    } catch {
      // Battery saver, or not allowed here.
    }
  }
}
