import type { Plugin } from "vite";

const WHERE = /matrix-js-sdk\/lib\/pushprocessor\.js$/;
const LOOKBEHIND = '"(?<=^|\\\\W)"';
const CONSUMING = '"(?:^|\\\\W)"';

/**
 * The library looks for a word of a push rule by a lookbehind, which Safari before 16.4 refuses as a syntax error. It only asks whether
 * the word is there: for that the letter before it may as well be part of what is found.
 */
export function withoutLookbehind(): Plugin {
  return {
    name: "without-lookbehind",
    enforce: "pre",
    transform(code, id) {
      if (!WHERE.test(id)) return undefined;
      if (!code.includes(LOOKBEHIND)) throw new Error("without-lookbehind: the library has changed; see test/floor.test.ts");
      return { code: code.replace(LOOKBEHIND, CONSUMING), map: null };
    },
  };
}
