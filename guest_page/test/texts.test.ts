import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../src/texts/en.ts";
import { fr } from "../src/texts/fr.ts";
import { fill, localeFor, preselect, readingIn } from "../src/texts/index.ts";

test("every catalogue fills in the same places as the English one", () => {
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, text] of Object.entries(en)) {
    const other = fr[key as keyof typeof en];
    assert.deepEqual(places(other), places(text), key);
    assert.notEqual(other.trim(), "", key);
  }
});

test("a language without a catalogue reads English", async () => {
  assert.equal((await readingIn("so")).language, "en");
  assert.equal((await readingIn("fr")).texts, fr);
});

test("the first of the person's languages that is offered is preselected", () => {
  assert.equal(preselect(["fr-CH", "en"], ["en", "fr"]), "fr");
  assert.equal(preselect(["xx", "AR-eg"], ["en", "ar"]), "ar");
  assert.equal(preselect(["xx"], ["fr", "en"]), "en");
  assert.equal(preselect(["xx"], ["fr", "ar"]), "fr");
});

test("what is unknown stays as it is written", () => {
  assert.equal(fill("{a} and {b}", { a: "1" }), "1 and {b}");
});

test("times are written the way of the person's own country", () => {
  assert.equal(localeFor("en", ["fr-CH", "en-GB", "en"]), "en-GB");
  assert.equal(localeFor("fr", ["en-GB"]), "fr");
});
