import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, fill, numberIn } from "../src/texts/fill.ts";
import { CATALOGUES, directionOf, FIRST_WORDS, preselect, readingIn, type Texts } from "../src/texts/index.ts";
import { nameOf, roleOf } from "../src/screens/names.ts";
import { localeFor } from "../src/screens/when.ts";
import { texts as english } from "../src/texts/en.ts";
import { insideTexts } from "../src/texts/inside/index.ts";
import type { AllTexts } from "../src/texts/inside/index.ts";

const LANGUAGES = ["am", "ar", "de", "en", "es", "fa", "fr", "ha", "it", "ku", "my", "prs", "ps", "pt", "ru", "so", "sw", "ti", "tr", "uk"];
const SCRIPTS: Record<string, RegExp> = {
  am: /\p{Script=Ethiopic}/u,
  ti: /\p{Script=Ethiopic}/u,
  ar: /\p{Script=Arabic}/u,
  fa: /\p{Script=Arabic}/u,
  prs: /\p{Script=Arabic}/u,
  ps: /\p{Script=Arabic}/u,
  ru: /\p{Script=Cyrillic}/u,
  uk: /\p{Script=Cyrillic}/u,
  my: /\p{Script=Myanmar}/u,
};
/** Names that stay as they are in every script. */
const PRODUCT_NAMES = /PDF|Teleconnect/g;
/** Letters of a neighbour's alphabet that look right and are wrong. */
const NEIGHBOURS: Record<string, RegExp> = { ar: /[یکپچگ]/, fa: /[يكةى]/, prs: /[يكةى]/, ps: /[كة]/, ru: /[іїєґ]/i, uk: /[ыэёъ]/i, tr: /[êîû]/i, ku: /[ğıöü]/i };
/** Short words that really are the same in both languages. */
const SAME: Record<string, string[]> = { fr: ["title"] };

async function textsIn(language: string): Promise<Texts> {
  return (await CATALOGUES[language]!()).texts;
}

async function allTextsIn(language: string): Promise<AllTexts> {
  return { ...(await textsIn(language)), ...(await insideTexts(language, false)) };
}

function entries(texts: Texts): [keyof Texts, string][] {
  return Object.entries(texts) as [keyof Texts, string][];
}

test("there is a catalogue for each language of the product", () => {
  assert.deepEqual(Object.keys(CATALOGUES), LANGUAGES);
});

for (const language of LANGUAGES) {
  test(`${language}: every text is there, in the order of the English one, and fills in the same places`, async () => {
    const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    const texts = await textsIn(language);
    assert.deepEqual(Object.keys(texts), Object.keys(english));
    for (const [key, text] of entries(texts)) {
      assert.deepEqual(places(text), places(english[key]), key);
      assert.equal(text, text.trim(), key);
      assert.notEqual(text, "", key);
    }
  });

  test(`${language}: nothing was left in another script or in English`, async () => {
    const script = SCRIPTS[language] ?? /\p{Script=Latin}/u;
    for (const [key, text] of entries(await textsIn(language))) {
      const own = text.replace(/\{\w+\}/g, "").replace(PRODUCT_NAMES, "");
      const strange = [...own].filter((char) => /\p{Letter}/u.test(char) && !script.test(char));
      assert.deepEqual(strange, [], key);
      assert.doesNotMatch(own, NEIGHBOURS[language] ?? /$^/, key);
      if (language !== "en" && key !== "digits" && !SAME[language]?.includes(key)) assert.notEqual(text, english[key], key);
    }
  });

  test(`${language}: the consent names the button as it is written`, async () => {
    const texts = await allTextsIn(language);
    assert.ok(texts.agree.includes(texts.continue), texts.agree);
  });

  test(`${language}: ten digits, and the direction of the script`, async () => {
    const texts = await textsIn(language);
    assert.match(texts.digits, /^\p{Decimal_Number}{10}$/u);
    assert.equal(directionOf(language), String(SCRIPTS[language]).includes("Arabic") ? "rtl" : "ltr");
  });
}

test("a language without a catalogue reads English", async () => {
  assert.deepEqual(await readingIn("xx"), { language: "en", texts: english });
  assert.equal((await readingIn("fr")).texts, await textsIn("fr"));
});

test("what is said before any catalogue has come is what the English one says", () => {
  for (const [key, text] of Object.entries(FIRST_WORDS)) assert.equal(text, english[key as keyof Texts]);
});

test("the first of the person's languages that is offered is preselected", () => {
  assert.equal(preselect(["fr-CH", "en"], ["en", "fr"]), "fr");
  assert.equal(preselect(["xx", "AR-eg"], ["en", "ar"]), "ar");
  assert.equal(preselect(["xx"], ["fr", "en"]), "en");
  assert.equal(preselect(["xx"], ["fr", "ar"]), "fr");
  assert.equal(preselect(["fa-AF"], ["fa", "prs"]), "prs");
  assert.equal(preselect(["fa-AF"], ["en", "fa"]), "fa");
  assert.equal(preselect(["fa-IR"], ["prs", "fa"]), "fa");
  assert.equal(preselect(["kmr-TR"], ["en", "ku"]), "ku");
});

test("what is unknown stays as it is written", () => {
  assert.equal(fill("{a} and {b}", { a: "1" }), "1 and {b}");
});

test("a name is set apart where it or the text around it runs from right to left", async () => {
  const [arabic, english] = [await allTextsIn("ar"), await allTextsIn("en")];
  assert.equal(fill(arabic.here, { people: "Anna" }), "الموجودون الآن: \u2068Anna\u2069");
  assert.equal(fill(english.here, { people: "آنا" }), "Here now: \u2068آنا\u2069");
  assert.equal(fill(english.here, { people: "Anna" }), "Here now: Anna");
  assert.equal(apart("Anna", "ضيف"), "\u2068Anna\u2069");
});

test("a number is written in the digits of the language, also after a role", async () => {
  const [persian, english] = [await allTextsIn("fa"), await allTextsIn("en")];
  assert.equal(numberIn(persian, 10), "۱۰");
  assert.equal(numberIn(english, 10), "10");
  assert.equal(roleOf("Interpreter 2", persian), "مترجم ۲");
  assert.equal(roleOf("Interpreter 2", english), "Interpreter 2");
  const seat = { bot: "@bot:x", people: [{ user: "@a:x", label: "Service user", name: "Ali" }] } as unknown as Parameters<typeof nameOf>[1];
  assert.equal(nameOf("@a:x", seat, persian), "\u2068Ali\u2069 (مهمان)");
});

test("times are written the way of the person's own country", () => {
  assert.equal(localeFor("en", ["fr-CH", "en-GB", "en"]), "en-GB");
  assert.equal(localeFor("fr", ["en-GB"]), "fr");
  assert.equal(localeFor("fa", ["fa-AF", "fa-IR"]), "fa-IR");
  assert.equal(localeFor("prs", ["fa-IR"]), "fa-AF");
  assert.equal(localeFor("ku", ["kmr-TR"]), "kmr-TR");
});
