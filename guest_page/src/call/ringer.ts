const AGAIN_MS = 3_000;
/** For 45 seconds. */
const TIMES = 15;

/** Somebody calls: to be heard until it is answered, put aside, or has rung for long enough. */
export class Ringer {
  private readonly sound: () => void;
  private readonly changed: () => void;
  private timer: number | undefined;

  constructor(sound: () => void, changed: () => void) {
    this.sound = sound;
    this.changed = changed;
  }

  get rings(): boolean {
    return this.timer !== undefined;
  }

  start(): void {
    if (this.rings) return;
    let left = TIMES;
    this.sound();
    this.timer = window.setInterval(() => {
      if (--left === 0) this.stop();
      else this.sound();
    }, AGAIN_MS);
    this.changed();
  }

  stop(): void {
    if (!this.rings) return;
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.changed();
  }
}
