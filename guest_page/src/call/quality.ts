/** When a line is too bad for a picture: pure, fed with what `getStats` says every few seconds. */

export interface LineSample {
  /** Bits per second that the browser believes it can send; null while it does not know. */
  outgoing: number | null;
  /** Share of our packets that did not arrive, from 0 to 1. */
  lost: number;
}

const ENOUGH_FOR_A_PICTURE = 120_000;
const TOO_MUCH_LOST = 0.15;
/** That many bad samples in a row; a single one is a lift or a tunnel. */
const PATIENCE = 3;

export class Line {
  private bad = 0;

  /** True once, when the picture has to go. */
  sample({ outgoing, lost }: LineSample): boolean {
    const isBad = lost > TOO_MUCH_LOST || (outgoing !== null && outgoing < ENOUGH_FOR_A_PICTURE);
    this.bad = isBad ? this.bad + 1 : 0;
    return this.bad === PATIENCE;
  }

  forget(): void {
    this.bad = 0;
  }
}

export interface Limits {
  video: { maxBitrate: number; maxFramerate: number; height: number };
  audio: { maxBitrate: number };
}

/** 360p as a rule; in poor-network mode sound and picture stay below 150 kbit/s together. */
export const USUAL: Limits = { video: { maxBitrate: 500_000, maxFramerate: 24, height: 360 }, audio: { maxBitrate: 32_000 } };
export const POOR: Limits = { video: { maxBitrate: 90_000, maxFramerate: 10, height: 180 }, audio: { maxBitrate: 24_000 } };

export const MOST_WITH_PICTURE = 3;
export const MOST_PEOPLE = 6;
