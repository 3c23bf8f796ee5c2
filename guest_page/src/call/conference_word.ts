/**
 * What Jitsi Meet says out of its frame (Jitsi Handbook, "IFrame API", events). Its way of saying it is
 * that of its own `external_api.js`: JSON with the scope that the address of the frame asks for, and nothing before somebody has answered
 * its `__ready__` by the same word.
 */
export const API_ID = 0;
const SCOPE = `jitsi_meet_external_api_${API_ID}`;
const READY = "__ready__";
const MESSAGE = "message";

export type Word =
  /** To be sent back into the frame as it is. */
  | { says: "ready"; answer: string }
  /** This person is in the conference. */
  | { says: "in" }
  /** Switched in the frame, by whomever. */
  | { says: "microphone" | "camera"; on: boolean }
  /** It has lost the conference, and cannot take it up again by itself; or its token is not taken any more. */
  | { says: "lost" };

const SWITCHES = new Map<unknown, "microphone" | "camera">([
  ["audio-mute-status-changed", "microphone"],
  ["video-mute-status-changed", "camera"],
]);
/** By which it asks for somebody's password, when a token has run out. */
const TOKEN_REFUSED = "connection.passwordRequired";

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Null for everything else that a frame may say. */
export function readWord(said: unknown): Word | null {
  if (typeof said !== "string") return null;
  let message: Record<string, unknown>;
  try {
    message = record(JSON.parse(said));
  } catch {
    return null;
  }
  const { postis, scope, method, params } = message;
  if (postis !== true || scope !== SCOPE) return null;
  if (method === READY) return { says: "ready", answer: JSON.stringify({ postis, scope, method, params }) };
  if (method !== MESSAGE) return null;
  const { name, error, muted } = record(record(params)["data"]);
  if (name === "video-conference-joined") return { says: "in" };
  const device = SWITCHES.get(name);
  if (device !== undefined) return typeof muted === "boolean" ? { says: device, on: !muted } : null;
  const { isFatal, name: why } = record(error);
  return name === "error-occurred" && (isFatal === true || why === TOKEN_REFUSED) ? { says: "lost" } : null;
}
