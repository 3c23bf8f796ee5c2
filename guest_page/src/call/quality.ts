/** When a line is too bad for a picture: pure, fed with what `getStats` says every few seconds. */

export interface LineSample {
  /** Bits per second that the browser believes it can send; null while it does not know. */
  outgoing: number | null;
  /** Share of our packets that did not arrive, from 0 to 1. */
  lost: number;
}

const ENOUGH_FOR_A_PICTURE = 120_000;
const ENOUGH_FOR_A_SMALL_ONE = 60_000;
const TOO_MUCH_LOST = 0.15;
/** That many bad samples in a row; a single one is a lift or a tunnel. */
const PATIENCE = 3;

export class Line {
  private bad = 0;

  /** True once, when the picture has to go. `poor`: a small one is all that is sent. */
  sample({ outgoing, lost }: LineSample, poor: boolean): boolean {
    const isBad = lost > TOO_MUCH_LOST || (outgoing !== null && outgoing < (poor ? ENOUGH_FOR_A_SMALL_ONE : ENOUGH_FOR_A_PICTURE));
    this.bad = isBad ? this.bad + 1 : 0;
    return this.bad === PATIENCE;
  }

  forget(): void {
    this.bad = 0;
  }
}

export interface Limits {
  /** Null: no picture goes this way. */
  video: { maxBitrate: number; maxFramerate: number; height: number } | null;
  audio: { maxBitrate: number };
}

/** 360p as a rule; the browser sends less by itself when the line carries less. */
const USUAL: Limits = { video: { maxBitrate: 500_000, maxFramerate: 24, height: 360 }, audio: { maxBitrate: 32_000 } };
const POOR: Limits = { video: { maxBitrate: 80_000, maxFramerate: 10, height: 180 }, audio: { maxBitrate: 16_000 } };
const POOR_SOUND: Limits = { ...POOR, video: null };

export const MOST_WITH_PICTURE = 3;
export const MOST_PEOPLE = 6;
/** In poor-network mode the lines of one person together carry at most this, in bits per second and direction. */
export const POOR_TOTAL = 150_000;

/** What one way of one line may carry in a call of `people`; `poor`: one of the two has said that their network is. */
export function limitsFor(people: number, poor: boolean): Limits {
  if (!poor) return USUAL;
  return people > 2 ? POOR_SOUND : POOR;
}

/** A picture can go between two of `people`. */
export function pictureBetween(people: number, poor: boolean): boolean {
  return people <= MOST_WITH_PICTURE && limitsFor(people, poor).video !== null;
}
