import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { Plugin } from "vite";

const compress = promisify(brotliCompress);
const WORTH_IT = /\.(html|js|css|wasm|svg)$/;

/** Writes `x.br` beside every written `x` that compresses, so that the server only has to pick a file. */
export function brotliBeside(): Plugin {
  return {
    name: "brotli-beside",
    apply: "build",
    async writeBundle(options, bundle) {
      const directory = options.dir;
      if (directory === undefined) throw new Error("brotli-beside needs an output directory");
      const files = Object.keys(bundle).filter((name) => WORTH_IT.test(name));
      await Promise.all(
        files.map(async (name) => {
          const plain = await readFile(resolve(directory, name));
          const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
          await writeFile(resolve(directory, `${name}.br`), await compress(plain, { params }));
        }),
      );
    },
  };
}
