import type { MatrixEvent } from "matrix-js-sdk/lib/models/event.js";
import { type FileContent, fileName, isFile, readSharedFile } from "../files/shared_file.ts";
import type { Heard } from "../messages.ts";

const TEXTS = new Set(["m.text", "m.notice", "m.emote"]);

interface Content extends FileContent {
  "m.new_content"?: Content;
  "m.relates_to"?: { rel_type?: unknown; event_id?: unknown; "m.in_reply_to"?: unknown };
}

/** No homeserver takes an event of more than 64 KiB; a hostile one could send any length, and a telephone would stand still. */
const LONGEST_TEXT = 65_536;
const LONGEST_FILE_NAME = 255;

/** Older clients quote the answered message in front of the answer (client-server specification, rich replies). */
function withoutQuote(body: string): string {
  return body.replace(/^(> .*\n)+\n?/, "");
}

/** What the page shows of an event; null for what it does not show: state, reactions, local echoes, and whatever came unencrypted. */
export function heard(event: MatrixEvent): Heard | null {
  const id = event.getId();
  const sender = event.getSender();
  if (event.status !== null || id === undefined || sender === undefined || !event.isEncrypted()) return null;
  const txn = event.getUnsigned().transaction_id ?? event.getTxnId();
  const about = { id, sender, at: event.getTs(), ...(txn !== undefined && { txn }) };
  if (event.isRedacted()) return { ...about, kind: "removed", text: "" };
  if (event.isDecryptionFailure()) return { ...about, kind: "unreadable", text: "" };
  if (event.getType() !== "m.room.message") return null;
  const content = event.getOriginalContent<Content>();
  const relation = content["m.relates_to"];
  if (relation?.rel_type === "m.replace" && typeof relation.event_id === "string") {
    const text = content["m.new_content"]?.body;
    return typeof text === "string" ? { ...about, kind: "text", text: text.slice(0, LONGEST_TEXT), replaces: relation.event_id } : null;
  }
  if (typeof content.msgtype !== "string" || typeof content.body !== "string") return null;
  if (isFile(content.msgtype)) {
    const file = readSharedFile(content);
    return { ...about, kind: "file", text: fileName(content).slice(-LONGEST_FILE_NAME), ...(file !== null && { file }) };
  }
  if (!TEXTS.has(content.msgtype)) return null;
  const body = content.body.slice(0, LONGEST_TEXT);
  return { ...about, kind: "text", text: relation?.["m.in_reply_to"] === undefined ? body : withoutQuote(body) };
}
