import type { Plugin } from "vite";

const HEADER_BYTES = 8;
const CUSTOM_SECTION = 0;

/** Reads an unsigned LEB128 number; returns it and the offset behind it (WebAssembly core specification §5.2.2). */
function leb128(bytes: Uint8Array, offset: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[offset++];
    if (byte === undefined) throw new Error("truncated WebAssembly module");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, offset];
  }
}

/** The same module without its custom section "name": debugging names that no browser needs and everybody would download. */
export function stripNames(module: Uint8Array): Uint8Array {
  const kept = [module.subarray(0, HEADER_BYTES)];
  for (let start = HEADER_BYTES; start < module.length; ) {
    const [size, body] = leb128(module, start + 1);
    const end = body + size;
    let name = "";
    if (module[start] === CUSTOM_SECTION) {
      const [length, text] = leb128(module, body);
      name = new TextDecoder().decode(module.subarray(text, text + length));
    }
    if (name !== "name") kept.push(module.subarray(start, end));
    start = end;
  }
  return Buffer.concat(kept);
}

export function withoutWasmNames(): Plugin {
  return {
    name: "without-wasm-names",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle))
        if (file.type === "asset" && file.fileName.endsWith(".wasm") && typeof file.source !== "string") file.source = stripNames(file.source);
    },
  };
}
