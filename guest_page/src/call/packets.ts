/** How the other side is asked to pack its sound. */

/** Milliseconds of sound in one packet. With the usual 20 the headers of a relayed packet weigh more than a voice. */
const PACKET_MS = 40;

/** The description of a session (RFC 8866) with `a=ptime` in each part that carries sound: how its reader packs what it sends. */
export function withLargerPackets(sdp: string): string {
  return sdp
    .split(/(?=^m=)/mu)
    .map((part) => (part.startsWith("m=audio") ? `${part.replace(/^a=(?:max)?ptime:.*\r\n/gmu, "")}a=ptime:${PACKET_MS}\r\n` : part))
    .join("");
}
