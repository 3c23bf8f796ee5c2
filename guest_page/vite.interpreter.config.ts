import { resolve } from "node:path";
import { defineConfig, mergeConfig } from "vite";
import guestPage from "./vite.config.ts";

/** Built apart from the guest page, which would otherwise be cut into more files, and its first screen be heavier, for what the two share. */
export default mergeConfig(guestPage, defineConfig({ build: { emptyOutDir: false, rolldownOptions: { input: resolve(import.meta.dirname, "interpreter.html") } } }));
