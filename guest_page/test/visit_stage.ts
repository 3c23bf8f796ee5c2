/** What stands behind the first screens, played: `visit.test.ts` puts it in the place of `src/inside.ts`. */
export { whileAsking } from "../src/asking.ts";
export { whileLeft } from "../src/left.ts";

export const stage = {
  /** The stays that were begun and not stopped. */
  stays: new Set<Stay>(),
  /** What a catalogue of the inner screens waits for. */
  catalogues: new Map<string, Promise<void>>(),
  asked: [] as string[],
};

export class Stay {
  constructor() {
    stage.stays.add(this);
  }

  readonly room = null;
  readonly call = null;
  readonly offline = false;
  leave = (): Promise<void> => this.stop();

  stop(): Promise<void> {
    stage.stays.delete(this);
    return Promise.resolve();
  }
}

export class Attention {
  arm(): void {}
}

export class ScreenAwake {
  wanted = false;
}

export const addStyle = (): Promise<void> => Promise.resolve();
export const prepareSession = (): void => undefined;

export async function insideTexts(language: string): Promise<{ spoken: string }> {
  stage.asked.push(language);
  await stage.catalogues.get(language);
  return { spoken: language };
}
