import type { Attention, ScreenAwake } from "./attention.ts";
import { load } from "./load.ts";
import { directionOf, FIRST_WORDS, type Reading, readingIn } from "./texts/index.ts";
import type { AllTexts, InsideTexts } from "./texts/inside/index.ts";

/** What has come of the page so far: the catalogue that is read in, and the screens behind the first ones with what they say. */
export class Loaded {
  /** The language that was chosen; `wordsLanguage` is the one in which there is something to read. */
  language = "en";
  /** Null until it has been loaded, as are the two after it, which come with it. */
  inside: typeof import("./inside.ts") | null = null;
  attention: Attention | null = null;
  awake: ScreenAwake | null = null;
  private read: Reading | null = null;
  private more: { language: string; texts: InsideTexts } | null = null;
  private readonly changed: () => void;
  private readonly inVain: () => boolean;

  /** `inVain`: the page was loaded anew just now, and that did not help. */
  constructor(changed: () => void, inVain: () => boolean) {
    this.changed = changed;
    this.inVain = inVain;
  }

  get direction(): "ltr" | "rtl" {
    return directionOf(this.wordsLanguage);
  }

  /** What the screens say; every screen but the first two stands behind a catalogue that has come. */
  get reading(): Reading {
    if (this.read === null) throw new Error("no catalogue yet: only `words` can be shown");
    return this.read;
  }

  /** Everything that the screens behind the first ones say. */
  get inner(): { language: string; texts: AllTexts } {
    if (this.more === null) throw new Error("not loaded yet");
    const { language, texts } = this.reading;
    return { language, texts: { ...texts, ...this.more.texts } };
  }

  get innerKnown(): boolean {
    return this.more !== null;
  }

  /** What can be said at any time. */
  get words(): typeof FIRST_WORDS {
    return this.read?.texts ?? FIRST_WORDS;
  }

  get wordsLanguage(): string {
    return this.read?.language ?? "en";
  }

  /** Beside the first question to the server: the catalogue that is most likely to be needed, also to say that there is no network. */
  expect(language: string): void {
    readingIn(language).then(
      (reading) => {
        if (this.read !== null) return;
        this.read = reading;
        this.changed();
      },
      () => undefined,
    );
  }

  /** Rejects when no catalogue can be fetched; the person reads on in the one before. */
  async readIn(language: string): Promise<void> {
    this.language = language;
    const reading = await readingIn(language);
    // Two choices in quick succession: the later one is meant, whichever file comes first.
    if (this.language === language) this.read = reading;
  }

  /** While the person reads, so that entering is quick later on. A failure now is tried again then. */
  prefetch(): void {
    void this.loadInside().then(({ prepareSession }) => prepareSession(), () => undefined);
  }

  /** The screens behind the first ones, with what they say in the language that is read now. When it rejects, the page has to be loaded anew. */
  async loadInside(): Promise<typeof import("./inside.ts")> {
    const inside = await load(() => import("./inside.ts"));
    if (this.inside === null) {
      await inside.addStyle();
      this.attention ??= new inside.Attention(() => this.changed());
      this.awake ??= new inside.ScreenAwake();
      this.inside = inside;
    }
    while (this.more?.language !== this.reading.language) {
      const { language } = this.reading;
      const texts = await this.inside.insideTexts(language, this.inVain());
      // As for the first catalogue: the later choice is meant.
      if (language === this.reading.language) this.more = { language, texts };
      this.changed();
    }
    return this.inside;
  }
}
