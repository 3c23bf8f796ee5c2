import type { FileKind } from "./kinds.ts";
import { type EncryptedFile, readEncryptedFile } from "./encrypted_file.ts";

/** A file of the room as its event describes it; what it is, its bytes tell once they are here. */
export interface SharedFile {
  kind: FileKind;
  name: string;
  /** Bytes; null when the event does not say. */
  size: number | null;
  source: EncryptedFile;
}

const KINDS: Record<string, FileKind> = { "m.image": "photo", "m.audio": "voice", "m.file": "other", "m.video": "other" };

/** What of a message's content tells of a file. */
export interface FileContent {
  msgtype?: unknown;
  body?: unknown;
  filename?: unknown;
  file?: unknown;
  info?: unknown;
}

export function isFile(msgtype: string): boolean {
  return Object.hasOwn(KINDS, msgtype);
}

/** The name that the sender's client gave; `body` may be a caption instead where both are there. */
export function fileName({ filename, body }: FileContent): string {
  return typeof filename === "string" ? filename : typeof body === "string" ? body : "";
}

/** Null for a message that is no file, or one that is not encrypted. */
export function readSharedFile(content: FileContent): SharedFile | null {
  const source = readEncryptedFile(content.file);
  const kind = typeof content.msgtype === "string" ? KINDS[content.msgtype] : undefined;
  if (source === null || kind === undefined) return null;
  const info = (typeof content.info === "object" && content.info !== null ? content.info : {}) as { size?: unknown; mimetype?: unknown };
  return {
    kind: kind === "other" && info.mimetype === "application/pdf" ? "pdf" : kind,
    name: fileName(content),
    size: typeof info.size === "number" ? info.size : null,
    source,
  };
}

export interface Described {
  kind: FileKind;
  name: string;
  type: string;
  size: number;
  width?: number;
  height?: number;
  duration?: number;
}

/** The content of the event that tells the room of the file (client-server specification, `m.image`, `m.file`, `m.audio`). */
export function contentOf(file: Described, source: EncryptedFile): Record<string, unknown> {
  const { kind, name, type, size, width, height, duration } = file;
  const measures = { ...(width !== undefined && { w: width }), ...(height !== undefined && { h: height }), ...(duration !== undefined && { duration }) };
  const msgtype = kind === "photo" ? "m.image" : kind === "voice" ? "m.audio" : "m.file";
  // MSC3245: by this mark clients show a voice message instead of a piece of music.
  const voice = kind === "voice" ? { "org.matrix.msc3245.voice": {} } : {};
  return { msgtype, body: name, filename: name, info: { mimetype: type, size, ...measures }, file: source, ...voice };
}
