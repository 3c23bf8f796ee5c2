/** What stands there when no script of the page has run: in a really old browser, or where scripts are switched off. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { CATALOGUES, directionOf } from "../src/texts/index.ts";

const BUILT = resolve(import.meta.dirname, "../../teleconnect_bot/web/static");

for (const page of ["guest.html", "interpreter.html"]) test(`${page}: the way out of a browser that is too old is said in every language, in its own direction`, () => {
  const HTML = readFileSync(resolve(BUILT, page), "utf-8");
  const said = [...HTML.matchAll(/<p(?: lang="(\w+)")?(?: dir="(\w+)")?>([^<]+)<\/p>/g)].map(([, language = "en", direction = "ltr", text = ""]) => ({ language, direction, text }));
  assert.deepEqual(said.map(({ language }) => language).sort(), Object.keys(CATALOGUES).sort());
  assert.equal(said[0]?.language, "en");
  for (const { language, direction, text } of said) {
    assert.equal(direction, directionOf(language), language);
    for (const browser of ["Chrome", "Safari", "Firefox"]) assert.ok(text.includes(browser), `${language}: ${browser}`);
  }
  assert.equal(new Set(said.map(({ text }) => text)).size, said.length);
});
