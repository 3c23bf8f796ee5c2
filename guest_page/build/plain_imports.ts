import type { Plugin } from "vite";

const HELPER = "\0vite/preload-helper.js";

/**
 * Lazy parts are imported as they are written. Vite would put a loader before each import that fetches styles and further files
 * ahead of time; there are neither here, and on the first screen the loader weighs more than a language.
 */
export function plainImports(): Plugin {
  return {
    name: "plain-imports",
    enforce: "pre",
    apply: "build",
    load: (id) => (id === HELPER ? "export const __vitePreload = (load) => load();" : undefined),
  };
}
