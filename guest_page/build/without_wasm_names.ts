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

interface Section {
  /** Its whole self, header included. */
  bytes: Uint8Array;
  /** What a custom section is called; empty for every other. */
  name: string;
  content: Uint8Array;
}

function* sectionsOf(module: Uint8Array): Generator<Section> {
  for (let start = HEADER_BYTES; start < module.length; ) {
    const [size, body] = leb128(module, start + 1);
    const end = body + size;
    const [length, text] = module[start] === CUSTOM_SECTION ? leb128(module, body) : [0, body];
    const name = new TextDecoder().decode(module.subarray(text, text + length));
    yield { bytes: module.subarray(start, end), name, content: module.subarray(text + length, end) };
    start = end;
  }
}

/** What the compiler says that the module needs of a browser, as in "+sign-ext" (WebAssembly tool conventions, "target features section"). */
export function targetFeatures(module: Uint8Array): string[] {
  const found: string[] = [];
  for (const { name, content } of sectionsOf(module)) {
    if (name !== "target_features") continue;
    const [count, first] = leb128(content, 0);
    for (let offset = first; found.length < count; ) {
      const [length, text] = leb128(content, offset + 1);
      found.push(new TextDecoder().decode(content.subarray(offset, offset + 1)) + new TextDecoder().decode(content.subarray(text, text + length)));
      offset = text + length;
    }
  }
  return found;
}

/** The same module without its custom section "name": debugging names that no browser needs and everybody would download. */
export function stripNames(module: Uint8Array): Uint8Array {
  const kept = [module.subarray(0, HEADER_BYTES)];
  for (const { bytes, name } of sectionsOf(module)) if (name !== "name") kept.push(bytes);
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
