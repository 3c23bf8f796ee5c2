import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Plugin } from "vite";

const PARTS = { "<!-- first lines -->": "first_lines.html", "<!-- too old -->": "too_old.html" };

/** What both pages say alike stands in one place: their first lines, and what is read where no script has run. */
export function commonHtml(): Plugin {
  const read = (name: string): string => readFileSync(resolve(import.meta.dirname, "..", name), "utf-8").trim();
  return {
    name: "common-html",
    transformIndexHtml: { order: "pre", handler: (html) => Object.entries(PARTS).reduce((whole, [mark, name]) => whole.replace(mark, () => read(name)), html) },
  };
}
