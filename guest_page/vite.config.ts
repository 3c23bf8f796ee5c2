import { resolve } from "node:path";
import { defineConfig } from "vite";
import { brotliBeside } from "./build/brotli_beside.ts";
import { commonHtml } from "./build/common_html.ts";
import { plainImports } from "./build/plain_imports.ts";
import { withoutLookbehind } from "./build/without_lookbehind.ts";
import { withoutWasmNames } from "./build/without_wasm_names.ts";

export default defineConfig({
  base: "/",
  plugins: [commonHtml(), plainImports(), withoutLookbehind(), withoutWasmNames(), brotliBeside()],
  resolve: { alias: { loglevel: resolve(import.meta.dirname, "src/session/no_log.ts") } },
  build: {
    outDir: resolve(import.meta.dirname, "../teleconnect_bot/web/static"),
    emptyOutDir: true,
    assetsDir: "assets",
    assetsInlineLimit: 0,
    // WebAssembly reference types are the floor; everything older than that is out of reach anyway. Names that these lack: src/polyfills.ts.
    target: ["chrome96", "safari15", "firefox102"],
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: resolve(import.meta.dirname, "guest.html") },
  },
});
