import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../src/load.ts";
import { CALL, callTexts } from "../src/texts/call/index.ts";
import { texts as callEnglish } from "../src/texts/call/call_en.ts";
import { CATALOGUES, readingIn } from "../src/texts/index.ts";
import { INSIDE, insideTexts } from "../src/texts/inside/index.ts";
import { texts as insideEnglish } from "../src/texts/inside/more_en.ts";

/** Fails so many times, then comes. */
function part(failures: number) {
  const seen = { asked: 0 };
  const fetch = (): Promise<never> => (++seen.asked > failures ? Promise.resolve("here" as never) : Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
  return { seen, fetch };
}

const atOnce = (): Promise<void> => Promise.resolve();

test("a part that did not come is asked for once more, and one that never comes is not asked for without end", async () => {
  const [late, never] = [part(1), part(Infinity)];
  assert.equal(await load(late.fetch, atOnce), "here");
  await assert.rejects(load(never.fetch, atOnce), TypeError);
  assert.deepEqual([late.seen.asked, never.seen.asked], [2, 2]);
});

test("a language that cannot be fetched is read in English, and whoever reads it learns that", async (context) => {
  context.mock.method(globalThis, "setTimeout", (run: () => void) => queueMicrotask(run));
  const never = part(Infinity);
  for (const texts of [CATALOGUES, INSIDE, CALL]) context.mock.property(texts, "sw", never.fetch);
  assert.equal((await readingIn("sw")).language, "en");
  assert.deepEqual(await callTexts("sw"), { language: "en", texts: callEnglish });
  await assert.rejects(insideTexts("sw", false), TypeError);
  assert.equal(await insideTexts("sw", true), insideEnglish);
  assert.equal(never.seen.asked, 8);
});
