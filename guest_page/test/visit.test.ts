import assert from "node:assert/strict";
import { registerHooks } from "node:module";
import { afterEach, beforeEach, test, type TestContext } from "node:test";
import type { Answer, Api, Opened, Public, Refusal, Seat, SeatStatus } from "../src/api.ts";
import type { Flow } from "../src/flow.ts";
import { linkDigest } from "../src/link.ts";
import { type KeyValue, type SavedSeat, Store } from "../src/store.ts";
import { stage } from "./visit_stage.ts";

// A style sheet's address and the screens are no modules that this process could read.
registerHooks({ resolve: (specifier, context, next) => next(specifier === "./inside.ts" ? new URL("./visit_stage.ts", import.meta.url).href : specifier, context) });
const { Visit } = await import("../src/visit.ts");

const TOKEN = "token";
const REFUSED: Omit<Refusal, "status"> = { ok: false, error: "", opensAt: null, retryAfter: null, taken: [], more: false };
const PUBLIC = { languages: ["en", "fr"].map((code) => ({ code })) } as unknown as Public;
const OPENED = { terms: { version: "1", text: "" }, name: "", state: "open", opens_at: null } as unknown as Opened;
const seat = (status: SeatStatus): Answer<Seat> => ({ ok: true, value: { status, public_name: "" } as Seat });

/** Lets every promise that is settled go on, and what a browser does beside them. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Resolves as soon as it holds; what a browser does beside its scripts takes its time. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 8_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`in vain: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Another tab of this browser has the seat from now on. */
let anotherTab: () => void;

afterEach(async () => {
  anotherTab();
  await settled();
});

beforeEach(() => {
  stage.stays.clear();
  stage.catalogues.clear();
  stage.asked = [];
  let lost = (): void => undefined;
  const locks = {
    request: (_name: string, _how: object, held: (lock: object) => Promise<void>) =>
      new Promise<void>((_resolve, reject) => {
        lost = () => reject(new DOMException("stolen", "AbortError"));
        void held({});
      }),
  };
  anotherTab = () => lost();
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
  Object.defineProperty(navigator, "languages", { value: ["en"], configurable: true });
  const nowhere = { clear: () => undefined };
  for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(globalThis, name, { value: nowhere, configurable: true });
  const document = Object.assign(new EventTarget(), { body: { hidden: false }, title: "", visibilityState: "visible" });
  Object.assign(globalThis, { document, window: new EventTarget(), history: { state: null, replaceState: () => undefined }, location: { reload: () => undefined, replace: () => undefined } });
});

async function scene(context: TestContext, saved: Partial<SavedSeat> | null) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const values = new Map<string, string>();
  const storage = { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value), removeItem: (key) => void values.delete(key), clear: () => values.clear() } satisfies KeyValue;
  const store = new Store(storage);
  if (saved !== null) store.seat = { secret: "s", name: "Amina", language: "en", link: await linkDigest(TOKEN), entered: true, keys: false, crypto: null, left: false, ...saved };
  /** The questions after the seat that are on their way. */
  const open: ((answer: Answer<Seat>) => void)[] = [];
  let entered = 0;
  const api = {
    public: () => Promise.resolve({ ok: true, value: PUBLIC }),
    open: () => Promise.resolve({ ok: true, value: OPENED }),
    seat: () => new Promise<Answer<Seat>>((resolve) => open.push(resolve)),
    enter: () => {
      entered++;
      return Promise.resolve(seat("waiting"));
    },
    away: () => Promise.resolve({ ok: true }),
    leave: () => Promise.resolve({ ok: true }),
  };
  const visit = new Visit({ api: api as unknown as Api, store, token: TOKEN, calling: false, audioAlone: false, changed: () => undefined });
  const isAsked = (): Promise<void> => until("asked", () => open.length > 0);
  const isAt = (at: Flow["at"]): Promise<void> => until(at, () => visit.flow.at === at);
  const answer = (answer: Answer<Seat>): void => {
    for (const tell of open.splice(0)) tell(answer);
  };
  const takeBack = async (): Promise<void> => {
    anotherTab();
    await isAt("elsewhere");
    void visit.ownSeat.useHere();
    await isAsked();
  };
  void visit.start();
  await (saved === null ? isAt("language") : isAsked());
  return { visit, values, open, isAsked, isAt, answer, takeBack, entered: () => entered };
}

test("a seat that was taken back from another tab while it was asked for is one stay, not two on the same keys", async (context) => {
  const { isAsked, isAt, open, answer, takeBack } = await scene(context, {});
  answer(seat("asking"));
  await isAt("asking");
  await takeBack();
  answer(seat("asking"));
  await isAt("asking");
  await settled();
  context.mock.timers.tick(3_000);
  await isAsked();
  await settled();
  assert.equal(open.length, 1, "one question at a time");
  answer(seat("preparing"));
  await isAt("inside");
  await settled();
  assert.equal(stage.stays.size, 1);
});

for (const [what, late] of [["no network", { ...REFUSED, status: 0 }], ["a yes", seat("waiting")]] as const)
  test(`an answer of before the page was open elsewhere changes nothing any more: ${what}`, async (context) => {
    const { visit, open, isAt, answer, takeBack } = await scene(context, {});
    const [before] = open.splice(0);
    await takeBack();
    answer(seat("waiting"));
    await isAt("inside");
    before?.(late);
    await settled();
    assert.deepEqual([visit.flow.at, stage.stays.size], ["inside", 1]);
  });

test("whoever presses “Use it here” twice is inside once", async (context) => {
  const { visit, isAsked, isAt, answer } = await scene(context, {});
  answer(seat("waiting"));
  await isAt("inside");
  anotherTab();
  await isAt("elsewhere");
  void visit.ownSeat.useHere();
  assert.equal(visit.flow.at, "starting", "there is nothing to press a second time");
  await isAsked();
  answer(seat("waiting"));
  await isAt("inside");
  await settled();
  assert.equal(stage.stays.size, 1);
});

test("the quick exit while one is entering keeps nothing, and takes no seat", async (context) => {
  const { visit, values, entered } = await scene(context, null);
  await visit.continue();
  await visit.agree("Amina");
  const entering = visit.enter();
  visit.ownSeat.quickExit();
  await entering;
  assert.deepEqual([values.size, entered()], [0, 0]);
});

test("of two languages chosen in a hurry the later one is read on the inner screens too, whichever catalogue comes first", async (context) => {
  const { visit } = await scene(context, null);
  let comes = (): void => undefined;
  stage.catalogues.set("en", new Promise((resolve) => (comes = resolve)));
  context.mock.timers.tick(400);
  await until("the first catalogue is asked for", () => stage.asked.includes("en"));
  await visit.choose("fr");
  await visit.continue();
  assert.equal(visit.flow.at, "terms");
  await settled();
  comes();
  await settled();
  const { language, texts } = visit.loaded.inner;
  assert.deepEqual([language, (texts as unknown as { spoken: string }).spoken], ["fr", "fr"]);
});
