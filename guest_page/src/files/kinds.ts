/** What may be sent, told from a file's own first bytes and never from its name (PRODUCT §4). */

export type FileKind = "photo" | "pdf" | "voice" | "other";

/** MIME types that the page shows or plays itself, each with how such a file begins. `null` stands for any byte. */
const BEGINNINGS: readonly { type: string; kind: FileKind; bytes: readonly (number | null)[] }[] = [
  { type: "image/jpeg", kind: "photo", bytes: [0xff, 0xd8, 0xff] },
  { type: "image/png", kind: "photo", bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: "image/webp", kind: "photo", bytes: [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50] },
  { type: "application/pdf", kind: "pdf", bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { type: "audio/webm", kind: "voice", bytes: [0x1a, 0x45, 0xdf, 0xa3] },
  { type: "audio/ogg", kind: "voice", bytes: [0x4f, 0x67, 0x67, 0x53] },
  { type: "audio/mp4", kind: "voice", bytes: [null, null, null, null, 0x66, 0x74, 0x79, 0x70] },
];

const LONGEST_BEGINNING = 12;

/** What a person may choose from their device; the names are those of the file dialogue. */
export const CHOOSABLE = "image/jpeg,image/png,image/webp,application/pdf";

export interface Sniffed {
  kind: FileKind;
  /** One of the types above; everything else is bytes that no browser may take for a page of ours. */
  type: string;
}

export async function sniff(data: Blob): Promise<Sniffed> {
  const start = new Uint8Array(await data.slice(0, LONGEST_BEGINNING).arrayBuffer());
  const found = BEGINNINGS.find(({ bytes }) => start.length >= bytes.length && bytes.every((byte, index) => byte === null || byte === start[index]));
  return found === undefined ? { kind: "other", type: "application/octet-stream" } : { kind: found.kind, type: found.type };
}
