/** Builds the page with the libraries of the guest page; `npm` installs nothing here. The tests name the output folder. */
import { resolve } from "node:path";

const libraries = resolve(import.meta.dirname, "../../../guest_page/node_modules");

export default {
  root: import.meta.dirname,
  base: "/",
  logLevel: "warn",
  cacheDir: false,
  resolve: {
    alias: {
      "matrix-js-sdk": resolve(libraries, "matrix-js-sdk"),
      "@matrix-org/matrix-sdk-crypto-wasm": resolve(libraries, "@matrix-org/matrix-sdk-crypto-wasm"),
    },
  },
  build: {
    emptyOutDir: true,
    minify: false,
    target: "esnext",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 20_000,
    rolldownOptions: { input: resolve(import.meta.dirname, "staff.html") },
  },
};
