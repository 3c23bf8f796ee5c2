import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOGUES } from "../src/texts/index.ts";
import { texts as english } from "../src/texts/inside/more_en.ts";
import { INSIDE, insideTexts } from "../src/texts/inside/index.ts";

test("every second part is a catalogue's, is whole, and fills in the same places", async (context) => {
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [language, load] of Object.entries(INSIDE)) {
    assert.ok(language in CATALOGUES, language);
    const { texts } = await load();
    assert.deepEqual(Object.keys(texts), Object.keys(english), language);
    for (const [key, text] of Object.entries(texts)) {
      assert.deepEqual(places(text), places(english[key as keyof typeof english]), `${language}: ${key}`);
      assert.notEqual(text.trim(), "", `${language}: ${key}`);
    }
  }
  const missing = Object.keys(CATALOGUES).filter((language) => language !== "en" && !(language in INSIDE));
  context.diagnostic(`read these screens in English: ${missing.join(", ")}`);
});

test("no key stands in both parts", async () => {
  const { texts: first } = await CATALOGUES["en"]!();
  assert.deepEqual(Object.keys(english).filter((key) => key in first), []);
});

test("a language without a second part reads English there", async () => {
  assert.equal(await insideTexts("xx", false), english);
});

const SCRIPTS: Record<string, RegExp> = {
  ...Object.fromEntries(["am", "ti"].map((language) => [language, /\p{Script=Ethiopic}/u])),
  ...Object.fromEntries(["ar", "fa", "prs", "ps"].map((language) => [language, /\p{Script=Arabic}/u])),
  ...Object.fromEntries(["ru", "uk"].map((language) => [language, /\p{Script=Cyrillic}/u])),
  my: /\p{Script=Myanmar}/u,
};
/** Names that stay as they are in every script. */
const PRODUCT_NAMES = /Chrome|Safari|Firefox|PDF|Teleconnect/g;
/** Letters of a neighbour's alphabet that look right and are wrong. */
const NEIGHBOURS: Record<string, RegExp> = { ar: /[یکپچگ]/, fa: /[يكةى]/, prs: /[يكةى]/, ps: /[كة]/, ru: /[іїєґ]/i, uk: /[ыэёъ]/i, tr: /[êîû]/i, ku: /[ğıöü]/i };
/** Short words that really are the same in both languages. */
const SAME: Record<string, string[]> = { fr: ["messages", "message", "photo"] };

test("each language of the page has this part too, in its own script and in its own words", async () => {
  assert.deepEqual(Object.keys(INSIDE).sort(), Object.keys(CATALOGUES).filter((language) => language !== "en").sort());
  for (const [language, load] of Object.entries(INSIDE)) {
    for (const [key, text] of Object.entries((await load()).texts)) {
      const own = text.replace(/\{\w+\}/g, "").replace(PRODUCT_NAMES, "");
      const strange = [...own].filter((char) => /\p{Letter}/u.test(char) && !(SCRIPTS[language] ?? /\p{Script=Latin}/u).test(char));
      const units = key === "attachHint" || key === "problemLarge" ? strange.filter((char) => !"MB".includes(char)) : strange;
      assert.deepEqual(units, [], `${language}: ${key}`);
      assert.doesNotMatch(own, NEIGHBOURS[language] ?? /$^/, `${language}: ${key}`);
      if (!SAME[language]?.includes(key)) assert.notEqual(text, english[key as keyof typeof english], `${language}: ${key}`);
    }
  }
});
