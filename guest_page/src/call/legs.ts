/** The lines of one stay to everybody else in the call: who rings whom, what is said over which, and what is made anew when it breaks. */
import { Leg, type Lines } from "./leg.ts";
import type { Limits, LineSample } from "./quality.ts";
import { calls, type Participant, type Roster } from "./roster.ts";
import type { CallContent, Said } from "./wire.ts";

const LOUD = 0.02;
const AGAIN_AFTER_MS = 2_000;
/** Candidates that came before their invitation; a browser finds no more. */
const MOST_EARLY = 20;

interface Parts {
  lines: Lines;
  /** Of this stay. */
  party: string;
  roster: Roster;
  send: (content: CallContent) => Promise<void>;
  /** What may go over the line to them now. */
  limits: (other: Participant) => Limits;
  /** For those who would ring us: we are here. */
  sayHere: () => void;
  changed: () => void;
}

/** What all lines together say: whether this side is loud, and the worst of each. */
interface Heard {
  loud: boolean;
  line: LineSample;
}

export class Legs {
  private readonly parts: Parts;
  private readonly byParty = new Map<string, Leg>();
  private readonly loud = new Set<string>();
  private readonly early = new Map<string, Said[]>();
  private over = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  stream(party: string): MediaStream | null {
    return this.byParty.get(party)?.stream ?? null;
  }

  connected(party: string): boolean {
    return this.byParty.get(party)?.connected === true;
  }

  speaks(party: string): boolean {
    return this.loud.has(party);
  }

  get any(): boolean {
    return this.byParty.size > 0;
  }

  /** Of two who meet one calls, and the other waits for it. */
  connect({ user, party }: Participant): void {
    if (this.over || this.byParty.has(party) || !calls(this.parts.party, party)) return;
    const leg = this.to(user, party);
    leg.ring().catch(() => this.lost(party, leg));
  }

  /** An event of a call (Matrix specification, Voice over IP) that another stay has sent to this one. */
  async hear(said: Said, from: string, event: string, content: Record<string, unknown>): Promise<void> {
    const callId = content["call_id"];
    if (typeof callId !== "string" || this.over) return;
    if (event === "m.call.invite") {
      this.byParty.get(from)?.end(true);
      const leg = this.to(said.sender, from, callId);
      await leg.answer(content).catch(() => leg.end(false));
      const waiting = this.early.get(callId) ?? [];
      this.early.delete(callId);
      for (const waited of waiting) await leg.hear("m.call.candidates", waited.content).catch(() => undefined);
      return;
    }
    const leg = this.byParty.get(from);
    if (leg?.id === callId) await leg.hear(event, content).catch(() => undefined);
    else if (event === "m.call.candidates") this.early.set(callId, [...(this.early.get(callId) ?? []), { ...said, content }].slice(-MOST_EARLY));
  }

  /** What goes over each line, by who is there now. */
  fit(): void {
    for (const each of this.parts.roster.all) this.byParty.get(each.party)?.limit(this.parts.limits(each));
  }

  /** Ends the lines to those who are no longer there. */
  tidy(): void {
    const there = new Set(this.parts.roster.all.map(({ party }) => party));
    for (const [party, leg] of [...this.byParty]) {
      if (there.has(party)) continue;
      this.forget(party);
      leg.end(true);
    }
  }

  /** Microphone or camera is another one now. */
  async refresh(): Promise<void> {
    await Promise.all([...this.byParty.values()].map((leg) => leg.refresh().catch(() => undefined)));
  }

  restart(): void {
    for (const leg of this.byParty.values()) leg.restart();
  }

  async listen(): Promise<Heard> {
    const all: Heard = { loud: false, line: { outgoing: null, lost: 0 } };
    for (const [party, leg] of [...this.byParty]) {
      const { theirs, mine, line } = await leg.listen();
      if (theirs > LOUD) this.loud.add(party);
      else this.loud.delete(party);
      all.loud ||= mine > LOUD;
      all.line.lost = Math.max(all.line.lost, line.lost);
      if (line.outgoing !== null) all.line.outgoing = Math.min(all.line.outgoing ?? Infinity, line.outgoing);
    }
    return all;
  }

  end(): void {
    this.over = true;
    for (const leg of [...this.byParty.values()]) leg.end(true);
    this.byParty.clear();
    this.loud.clear();
  }

  private to(user: string, party: string, callId?: string): Leg {
    const { lines, party: mine, send, changed } = this.parts;
    const leg: Leg = new Leg(
      {
        lines,
        peer: user,
        send: (event, content) => send({ kind: "signal", from: mine, to: party, event, content }),
        changed,
        ended: () => this.lost(party, leg),
      },
      callId,
    );
    this.byParty.set(party, leg);
    this.fit();
    return leg;
  }

  /** A line broke, or never came about. If both are still there, the next word of either makes a new one. */
  private lost(party: string, leg: Leg): void {
    if (this.byParty.get(party) !== leg) return;
    this.forget(party);
    if (this.over) return;
    this.parts.changed();
    window.setTimeout(() => {
      const there = this.parts.roster.all.find((each) => each.party === party);
      if (this.over || there === undefined || this.byParty.has(party)) return;
      if (calls(this.parts.party, party)) this.connect(there);
      else this.parts.sayHere();
    }, AGAIN_AFTER_MS);
  }

  private forget(party: string): void {
    this.byParty.delete(party);
    this.loud.delete(party);
  }
}
