import assert from "node:assert/strict";
import { test } from "node:test";
import { texts as english } from "../src/texts/call/call_en.ts";
import { CALL, callTexts } from "../src/texts/call/index.ts";
import { CATALOGUES } from "../src/texts/index.ts";

const SCRIPTS: Record<string, RegExp> = {
  ...Object.fromEntries(["am", "ti"].map((language) => [language, /\p{Script=Ethiopic}/u])),
  ...Object.fromEntries(["ar", "fa", "prs", "ps"].map((language) => [language, /\p{Script=Arabic}/u])),
  ...Object.fromEntries(["ru", "uk"].map((language) => [language, /\p{Script=Cyrillic}/u])),
  my: /\p{Script=Myanmar}/u,
};

test("the call speaks each language of the page, in its own script and words, with the same places to fill in", async () => {
  assert.deepEqual(Object.keys(CALL).sort(), Object.keys(CATALOGUES).filter((language) => language !== "en").sort());
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [language, load] of Object.entries(CALL)) {
    const { texts } = await load();
    assert.deepEqual(Object.keys(texts), Object.keys(english), language);
    for (const [key, text] of Object.entries(texts)) {
      assert.deepEqual(places(text), places(english[key as keyof typeof english]), `${language}: ${key}`);
      const strange = [...text.replace(/\{\w+\}/g, "")].filter((char) => /\p{Letter}/u.test(char) && !(SCRIPTS[language] ?? /\p{Script=Latin}/u).test(char));
      assert.deepEqual(strange, [], `${language}: ${key}`);
      assert.notEqual(text, english[key as keyof typeof english], `${language}: ${key}`);
    }
  }
});

test("a language that is not there reads English", async () => {
  assert.deepEqual(await callTexts("xx"), { language: "en", texts: english });
});
