/** Whoever has just come into the room cannot read what was said before: those who are in its call tell them once that they are. */
export class Welcome {
  private readonly say: () => void;
  /** Milliseconds; another number each time, so that not all speak in the same moment. */
  private readonly pause: () => number;
  private members: ReadonlySet<string> | null = null;
  private timer: number | undefined;

  constructor(say: () => void, pause: () => number) {
    [this.say, this.pause] = [say, pause];
  }

  /** Who is in the room now. `speaks`: this person is in the call. */
  membersAre(users: ReadonlySet<string>, speaks: boolean): void {
    const before = this.members;
    this.members = users;
    if (!speaks || before === null || [...users].every((user) => before.has(user))) return;
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      this.say();
    }, this.pause());
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
  }
}
