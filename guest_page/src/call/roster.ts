/** Who is in the call: pure, fed by what is said and by the clock. */
import { MOST_PEOPLE } from "./quality.ts";
import { GONE_AFTER_MS } from "./wire.ts";

/** Two who joined closer to each other than this are told apart by their stays alone, since what they say takes its time. */
const AT_ONCE_MS = 3_000;

export interface Participant {
  user: string;
  party: string;
  video: boolean;
  /** Their network carries little, either way. */
  poor: boolean;
  /** When they last said that they are there; as this page runs, in milliseconds. */
  heardAt: number;
  /** When they joined, as far as is known; the same clock. */
  since: number;
}

type Word = Pick<Participant, "video" | "poor"> & { stayed?: number };

export class Roster {
  private readonly byUser = new Map<string, Participant>();

  /** True when somebody came: nobody of this name was there before, or in another stay. Another's stay is nobody's word. */
  here(user: string, party: string, { video, poor, stayed = 0 }: Word, now: number): boolean {
    if (this.isAnothers(party, user)) return false;
    const known = this.byUser.get(user);
    const same = known?.party === party;
    this.byUser.set(user, { user, party, video, poor, heardAt: now, since: Math.min(now - stayed, same ? known.since : Infinity) });
    return !same;
  }

  /** Everybody in the room reads which stays there are, and could name one that is not theirs: it is theirs who said so first. */
  isAnothers(party: string, user: string): boolean {
    return this.all.some((each) => each.party === party && each.user !== user);
  }

  /** Whether as many as a call carries were in it before this stay; of those who join at once the same ones are before the others everywhere. */
  isFullBefore(party: string, since: number): boolean {
    const before = this.all.filter((each) => (Math.abs(each.since - since) <= AT_ONCE_MS ? each.party < party : each.since < since));
    return before.length >= MOST_PEOPLE;
  }

  /** Who leaves says so for their own stay alone. */
  gone(user: string, party: string): boolean {
    if (this.byUser.get(user)?.party !== party) return false;
    return this.byUser.delete(user);
  }

  /** Takes out whoever was silent for too long, but for those to whom a line stands. Tells whether that was anybody. */
  expire(now: number, connected: (party: string) => boolean): boolean {
    const silent = [...this.byUser.values()].filter(({ heardAt, party }) => now - heardAt > GONE_AFTER_MS && !connected(party));
    for (const { user } of silent) this.byUser.delete(user);
    return silent.length > 0;
  }

  /** Who is no longer in the room is no longer in the call. */
  only(members: ReadonlySet<string>): boolean {
    const left = [...this.byUser.keys()].filter((user) => !members.has(user));
    for (const user of left) this.byUser.delete(user);
    return left.length > 0;
  }

  of(user: string): Participant | undefined {
    return this.byUser.get(user);
  }

  get all(): Participant[] {
    return [...this.byUser.values()];
  }
}

/** Of two, the one who calls: settled by their stays alone, so that they never ring each other. */
export function calls(mine: string, theirs: string): boolean {
  return mine < theirs;
}
