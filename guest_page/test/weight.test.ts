import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import { CATALOGUES } from "../src/texts/index.ts";

/** The first screen: page, style, script and one language, as they go over the line (brotli). */
const LANDING_BYTES = 15 * 1024;
/** All that a conversation needs, keys included. */
const CHAT_BYTES = 1_600_000;
const BUILT = resolve(import.meta.dirname, "../../teleconnect_bot/web/static");
const ASSETS = resolve(BUILT, "assets");

function weight(path: string): number {
  return statSync(`${path}.br`).size;
}

function catalogueFile(language: string): string {
  const found = readdirSync(ASSETS).filter((name) => new RegExp(`^${language}-[\\w-]{8}\\.js$`).test(name));
  assert.equal(found.length, 1, `${language}: ${found.join(", ")}`);
  return resolve(ASSETS, found[0]!);
}

/** What the browser fetches before anything is seen: what the page names, and what these scripts import at once. */
function fetchedAtOnce(page: string): Set<string> {
  const html = readFileSync(resolve(BUILT, page), "utf-8");
  const found = new Set([...html.matchAll(/"\/(assets\/[^"]+)"/g)].map(([, name]) => resolve(BUILT, name!)));
  for (const path of found) {
    if (!path.endsWith(".js")) continue;
    const script = readFileSync(path, "utf-8");
    for (const [, name] of script.matchAll(/(?:^|[;}\n])(?:import|export)(?:[^;()"']*?from)?\s*["']\.\/([^"']+)["']/g)) found.add(resolve(ASSETS, name!));
  }
  return found;
}

test("the first screen weighs at most 15 kB in every language, and no language but one's own is fetched", () => {
  const shared = fetchedAtOnce("guest.html");
  const frame = weight(resolve(BUILT, "guest.html")) + [...shared].reduce((sum, path) => sum + weight(path), 0);
  assert.ok(shared.size >= 2);
  for (const language of Object.keys(CATALOGUES)) {
    const own = catalogueFile(language);
    assert.ok(!shared.has(own), `${language} is fetched by everybody`);
    const landing = frame + weight(own);
    assert.ok(landing <= LANDING_BYTES, `${language}: ${landing} bytes`);
  }
});

test("everything up to the chat weighs at most 1.6 MB over the line", () => {
  const interpreters = fetchedAtOnce("interpreter.html");
  const languages = Object.keys(CATALOGUES).filter((language) => language !== "en");
  const foreign = new RegExp(`^(?:\\w+_)?(?:${languages.join("|")})-[\\w-]{8}\\.js$`);
  const files = readdirSync(ASSETS).filter((name) => !name.endsWith(".br") && !foreign.test(name) && !interpreters.has(resolve(ASSETS, name)));
  assert.ok(files.some((name) => name.endsWith(".wasm")) && files.length < 20, `${files.length} files`);
  const weighs = weight(resolve(BUILT, "guest.html")) + files.reduce((sum, name) => sum + weight(resolve(ASSETS, name)), 0);
  assert.ok(weighs <= CHAT_BYTES, `${weighs} bytes`);
});

test("the page of interpreting organisations weighs at most 10 kB, and has nothing of the guest page's keys and calls", () => {
  const files = fetchedAtOnce("interpreter.html");
  assert.equal(files.size, 2);
  const weighs = weight(resolve(BUILT, "interpreter.html")) + [...files].reduce((sum, path) => sum + weight(path), 0);
  assert.ok(weighs <= 10 * 1024, `${weighs} bytes`);
});
