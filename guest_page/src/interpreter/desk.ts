import { ask, wordsIn, type Answer, type Request, type Trouble, type Words } from "./answers.ts";

/** Which question of the page is open; looking at the request is none. */
export type Step = "look" | "accept" | "decline" | "withdraw";

/** What the page of an interpreting organisation knows. Nothing is kept in the browser. */
export class Desk {
  words: Words | null = null;
  request: Request | null = null;
  step: Step = "look";
  busy = true;
  trouble: Trouble | null = null;
  /** The time was changed since the page was opened. */
  changed = false;

  private readonly token: string;
  private readonly redraw: () => void;

  constructor(token: string, redraw: () => void) {
    this.token = token;
    this.redraw = redraw;
  }

  /** Fetches the words and the request in this language; also when another one is chosen. */
  async read(language: string): Promise<void> {
    this.busy = true;
    this.redraw();
    const words = await wordsIn(language);
    if (words === null) {
      this.busy = false;
      this.trouble = "network";
      this.redraw();
      return;
    }
    this.words = words;
    this.take(await ask("view", this.given({})));
  }

  open(step: Step): void {
    this.step = step;
    this.trouble = null;
    this.redraw();
  }

  accept(name: string, contact: string): Promise<void> {
    if (name.trim() === "") return this.refuse("name");
    if (contact.trim() === "") return this.refuse("contact");
    return this.answer("accept", { name, contact, terms: this.request?.terms.version ?? "" });
  }

  confirm(): Promise<void> {
    return this.answer("accept", {});
  }

  decline(reason: string): Promise<void> {
    return this.answer("decline", { reason });
  }

  withdraw(reason: string): Promise<void> {
    return this.answer("withdraw", { reason });
  }

  private refuse(trouble: Trouble): Promise<void> {
    this.trouble = trouble;
    this.redraw();
    return Promise.resolve();
  }

  private async answer(what: "accept" | "decline" | "withdraw", given: Record<string, unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.trouble = null;
    this.redraw();
    this.take(await ask(what, this.given({ ...given, round: this.request?.round ?? 0 })));
  }

  private given(more: Record<string, unknown>): Record<string, unknown> {
    return { token: this.token, language: this.words?.language ?? "", ...more };
  }

  private take(answer: Answer): void {
    this.busy = false;
    if (answer.ok) {
      const newTime = answer.changed || (this.request !== null && answer.request.round > this.request.round);
      if (newTime || this.request?.status !== answer.request.status) this.step = "look";
      this.changed = newTime && (answer.request.status === "asked" || answer.request.status === "confirm");
      this.request = answer.request;
      this.trouble = null;
    } else this.trouble = answer.trouble;
    this.redraw();
  }
}
