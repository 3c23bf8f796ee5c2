/** The built page holds nothing that browsers at the floor (Chrome 96, Safari 15.0, Firefox 102) stumble over. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, test } from "node:test";
import { targetFeatures } from "../build/without_wasm_names.ts";

const BUILT = resolve(import.meta.dirname, "../../teleconnect_bot/web/static");
const ASSETS = resolve(BUILT, "assets");

/** Newer than the floor, with nothing in `polyfills.ts`: neither our own code nor a library's may use it. */
const TOO_NEW: Record<string, RegExp> = {
  "a lookbehind (Safari 16.4)": /\(\?<[=!]/,
  "a static block (Safari 16.4)": /\bstatic\s*\{/,
  "a regular expression with the flag v or d": /\/[gimsuy]*[vd][gimsuy]*\.(?:exec|test)\(|RegExp\([^()]*,[`"'][gimsuy]*[vd][gimsuy]*[`"']\)/,
  "an orientation asked of a bitmap (Chrome 112, Safari 16)": /imageOrientation/,
  "structuredClone (Chrome 98, Safari 15.4)": /\bstructuredClone\(/,
  "AbortSignal.timeout or any (Chrome 103, Safari 16)": /AbortSignal\.(?:timeout|any)\b/,
  "findLast (Chrome 97, Safari 15.4)": /\.findLast(?:Index)?\(/,
  "a changed copy of an array (Chrome 110, Safari 16)": /\.to(?:Sorted|Reversed|Spliced)\(/,
  "groupBy (Chrome 117, Safari 17.4)": /\b(?:Object|Map)\.groupBy\b/,
  "Array.fromAsync (Chrome 121, Safari 16.4)": /\bArray\.fromAsync\b/,
  "Promise.try (Chrome 128, Safari 18.2)": /\bPromise\.try\b/,
  "RegExp.escape (Chrome 136, Safari 18.2)": /\bRegExp\.escape\b/,
  "URL.canParse or parse (Chrome 120, Safari 17)": /\bURL\.(?:canParse|parse)\b/,
  "Intl.Segmenter or DurationFormat (Firefox 125)": /\bIntl\.(?:Segmenter|DurationFormat|ListFormat)\b/,
  "Iterator helpers (Chrome 122, Safari 18.4)": /\bIterator\.(?:from|prototype)\b|\.(?:values|keys|entries)\(\)\.(?:map|filter|toArray|find|some|every|forEach|reduce|take|drop|flatMap)\(/,
  "set operations (Chrome 122, Safari 17)": /\.(?:isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(/,
  "well-formed strings (Chrome 111, Safari 16.4)": /\.(?:is|to)WellFormed\(/,
  "OffscreenCanvas (Safari 16.4)": /\bOffscreenCanvas\b/,
  "compression streams (Safari 16.4)": /\b(?:Dec|C)ompressionStream\b/,
  "popovers, visibility checks and the scheduler": /\.(?:showPopover|checkVisibility)\(|\bscheduler\.(?:postTask|yield)\(/,
};

/** Newer than the floor, and given by `polyfills.ts`, which comes before all but the first screens. */
const GIVEN = /\bPromise\.withResolvers\b|\bObject\.hasOwn\b|\.at\(|\brandomUUID\(|\.throwIfAborted\(/;

const TOO_NEW_IN_STYLE: Record<string, RegExp> = {
  ":has() (Chrome 105, Firefox 121)": /:has\(/,
  "a container query (Chrome 105, Safari 16)": /@container|container-type/,
  "a cascade layer (Chrome 99, Safari 15.4)": /@layer/,
  "a registered property (Safari 16.4)": /@property/,
  "nesting (Chrome 120, Safari 17.2)": /&/,
  "a newer colour": /\b(?:color-mix|oklch|oklab|lab|lch|light-dark)\(/,
  "balanced lines": /text-wrap/,
  "range queries of media (Chrome 104, Safari 16.4)": /@media[^{]*[<>]/,
  "a subgrid": /subgrid/,
};
const NEWER_HEIGHT = /([\w-]+):\s*[^;}]*\d[dsl]v[hw]\b/g;

function files(ending: string): [string, string][] {
  return readdirSync(ASSETS)
    .filter((name) => name.endsWith(ending))
    .map((name) => [name, readFileSync(resolve(ASSETS, name), "utf-8")]);
}

test("no script holds what is too new for a browser at the floor", () => {
  const scripts = files(".js");
  assert.ok(scripts.length > 10);
  for (const [name, script] of scripts) for (const [what, found] of Object.entries(TOO_NEW)) assert.doesNotMatch(script, found, `${name}: ${what}`);
});

test("what is given to older browsers is used behind the first screens alone, and is there before it", () => {
  const scripts = new Map(files(".js"));
  const [giving, ...others] = [...scripts].filter(([, script]) => /`withResolvers`|"withResolvers"/.test(script));
  assert.ok(giving !== undefined && others.length === 0, "it stands in one file");
  for (const page of ["guest", "interpreter"]) {
    const [name, script] = [...scripts].find(([each]) => new RegExp(`^${page}-[\\w-]{8}\\.js$`).test(each)) ?? ["", ""];
    assert.notEqual(script, "");
    assert.doesNotMatch(script, GIVEN, `${name}: the first screens do without`);
  }
  const entries = [...scripts].filter(([name]) => /^(?:inside|session)-[\w-]{8}\.js$/.test(name));
  assert.equal(entries.length, 2);
  for (const [name, script] of entries) assert.ok(name === giving[0] || script.includes(giving[0]), `${name} has it first`);
});

test("no style is too new for a browser at the floor, and a newer height stands beside an older one", () => {
  const styles = files(".css");
  assert.ok(styles.length >= 3);
  for (const [name, style] of styles) {
    for (const [what, found] of Object.entries(TOO_NEW_IN_STYLE)) assert.doesNotMatch(style, found, `${name}: ${what}`);
    for (const rule of style.match(/\{[^{}]*\}/g) ?? []) {
      for (const [, property] of rule.matchAll(NEWER_HEIGHT)) assert.match(rule, new RegExp(`[{;]${property}:[^;}]*\\d(?:vh|vw|%|px|rem)`), `${name}: ${rule}`);
      if (/overflow-wrap:\s*anywhere/.test(rule)) assert.match(rule, /word-break:\s*break-word/, `${name}: Safari before 15.4 breaks no long word`);
    }
  }
});

test("the cryptography needs nothing of WebAssembly beyond what every browser with reference types has", () => {
  const [name] = readdirSync(ASSETS).filter((each) => each.endsWith(".wasm"));
  const needs = targetFeatures(readFileSync(resolve(ASSETS, name!)));
  assert.ok(needs.includes("+reference-types"), "which `isAble` asks for");
  const known = ["+bulk-memory", "+multivalue", "+mutable-globals", "+nontrapping-fptoint", "+reference-types", "+sign-ext"];
  assert.deepEqual(needs.filter((feature) => !known.includes(feature)), []);
});

const PLACES: [object, string][] = [
  [Promise, "withResolvers"],
  [Object, "hasOwn"],
  [Array.prototype, "at"],
  [String.prototype, "at"],
  [Object.getPrototypeOf(Uint8Array.prototype) as object, "at"],
  [Crypto.prototype, "randomUUID"],
  [AbortSignal.prototype, "throwIfAborted"],
];
const own = PLACES.map(([place, name]) => Object.getOwnPropertyDescriptor(place, name)!);
afterEach(() => {
  delete (globalThis.crypto as Partial<Crypto>).randomUUID;
  PLACES.forEach(([place, name], index) => Object.defineProperty(place, name, own[index]!));
});

test("what is missing is given, and does the same", async () => {
  for (const [place, name] of PLACES) delete (place as Record<string, unknown>)[name];
  await import("../src/polyfills.ts");
  const { promise, resolve: give } = Promise.withResolvers<number>();
  give(7);
  assert.equal(await promise, 7);
  assert.deepEqual([Object.hasOwn({ a: 1 }, "a"), Object.hasOwn({}, "toString")], [true, false]);
  assert.deepEqual([[1, 2, 3].at(-1), [1, 2, 3].at(0), [1].at(-2), "abc".at(-1), new Uint8Array([4, 5]).at(-1)], [3, 1, undefined, "c", 5]);
  const ids = new Set(Array.from({ length: 50 }, () => crypto.randomUUID()));
  assert.equal(ids.size, 50);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const aborted = new AbortController();
  aborted.signal.throwIfAborted();
  aborted.abort();
  assert.throws(() => aborted.signal.throwIfAborted(), { name: "AbortError" });
  for (const key in [1]) assert.equal(key, "0", "no list of properties shows it");
});
