import type { Answer, Seat } from "./api.ts";
import { Wakes } from "./wakes.ts";

const ASK_EVERY_MS = 3_000;

/**
 * Until somebody has said yes or no to a person who asks for a place: what the server says then, or that it does not know them any more.
 * Null when it is not `wanted` any more.
 */
export async function whileAsking(ask: () => Promise<Answer<Seat>>, wanted: () => boolean, wakes = new Wakes()): Promise<Answer<Seat> | null> {
  wakes.listen();
  try {
    for (;;) {
      await wakes.turn(() => ASK_EVERY_MS);
      if (!wanted()) return null;
      const answer = await ask();
      if (!wanted()) return null;
      if (answer.ok ? answer.value.status !== "asking" : answer.status === 401) return answer;
    }
  } finally {
    wakes.stop();
  }
}
