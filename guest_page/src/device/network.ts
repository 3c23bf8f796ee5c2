import type { NetworkState } from "./findings.ts";

const TRIES = 3;
const SLOW_MS = 1_200;
const PATIENCE_MS = 8_000;

export interface TurnServer {
  urls: string[];
  username: string;
  credential: string;
}

/** What can be said of the way that calls take: it opens, it does not, or this organisation has no server for it. */
export type RelayState = "opens" | "barred" | "none" | "unknown";

interface Around {
  fetch: typeof fetch;
  /** Milliseconds, only forward. */
  now: () => number;
  /** Absent in browsers that know no calls. */
  peer: (new (configuration: RTCConfiguration) => RTCPeerConnection) | undefined;
}

export interface NetworkTest {
  state: NetworkState;
  relay: RelayState;
}

/** To the homeserver by way of our own origin, some times; and through the relay, when there is one (`server` null: there is none). */
export async function testNetwork(gateway: string, server: TurnServer | null | undefined, around: Around): Promise<NetworkTest> {
  const [slowest, relay] = await Promise.all([middleTrip(`${gateway}/_matrix/client/versions`, around), openRelay(server, around)]);
  if (slowest === null) return { state: "lost", relay };
  return { state: slowest > SLOW_MS ? "slow" : relay === "barred" ? "barred" : "good", relay };
}

/** The middle one of several round trips in milliseconds; null when any of them failed. */
async function middleTrip(address: string, { fetch, now }: Around): Promise<number | null> {
  const trips: number[] = [];
  for (let trip = 0; trip < TRIES; trip++) {
    const begun = now();
    try {
      const answer = await fetch(address, { cache: "no-store", credentials: "omit", signal: abortAfter(PATIENCE_MS) });
      if (!answer.ok) return null;
      await answer.arrayBuffer();
    } catch {
      return null;
    }
    trips.push(now() - begun);
  }
  return trips.sort((one, other) => one - other)[Math.floor(TRIES / 2)] ?? null;
}

function abortAfter(milliseconds: number): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), milliseconds);
  return abort.signal;
}

/** Real gathering of ICE candidates (RFC 8445 §5.1.1) with the relay alone: one that comes has been allocated with our credentials. */
async function openRelay(server: TurnServer | null | undefined, { peer }: Around): Promise<RelayState> {
  if (server === null) return "none";
  if (server === undefined || peer === undefined) return "unknown";
  const connection = new peer({ iceServers: [server], iceTransportPolicy: "relay" });
  try {
    return await new Promise<RelayState>((resolve) => {
      setTimeout(() => resolve("barred"), PATIENCE_MS);
      connection.onicecandidate = ({ candidate }) => {
        if (candidate === null) resolve("barred");
        else if (candidate.type === "relay" || candidate.candidate.includes(" typ relay")) resolve("opens");
      };
      connection.createDataChannel("test");
      connection.setLocalDescription().catch(() => resolve("unknown"));
    });
  } finally {
    connection.close();
  }
}
