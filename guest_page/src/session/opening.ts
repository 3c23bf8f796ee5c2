/** So long somebody who was called may be missing from the room before the others are written to without them. */
export const PATIENCE_MS = 15_000;

/**
 * When writing opens: once everybody of the staff who is called at arrival is in the room or on the way, since what is encrypted before
 * somebody is invited stays unreadable for them. An invitation that fails holds nobody up for longer than `PATIENCE_MS`. What is open
 * stays open: a later member reads from then on.
 */
export class Opening {
  private firstSeenAt: number | null = null;
  private open = false;

  /** `seen`: staff in the room or on the way; `awaited`: as many as the server has called, 0 while it has not said so. */
  isOpen(seen: number, awaited: number, now: number): boolean {
    if (seen === 0) {
      this.firstSeenAt = null;
      this.open = false;
    }
    if (this.open || seen === 0) return this.open;
    this.firstSeenAt ??= now;
    this.open = (awaited > 0 && seen >= awaited) || now - this.firstSeenAt >= PATIENCE_MS;
    return this.open;
  }
}
