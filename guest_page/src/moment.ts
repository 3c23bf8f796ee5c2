/**
 * Moments between which time is measured. Neither of a browser's two clocks is enough for it: `Date` is set by people and by the network,
 * and `performance.now()` stands still in many a browser while the device sleeps.
 */
export interface Moment {
  /** Milliseconds that the page has been running. */
  running: number;
  /** Milliseconds since 1970, as the device has it. */
  wall: number;
}

const JUMP_MS = 5_000;

export function now(): Moment {
  return { running: performance.now(), wall: Date.now() };
}

/** Milliseconds: a clock that is set back makes them no fewer, and a sleep neither. */
export function between(earlier: Moment, later: Moment): number {
  return Math.max(later.running - earlier.running, later.wall - earlier.wall);
}

/** The device slept between the two, or its clock was set. */
export function jumped(earlier: Moment, later: Moment): boolean {
  return Math.abs(later.wall - earlier.wall - (later.running - earlier.running)) >= JUMP_MS;
}
