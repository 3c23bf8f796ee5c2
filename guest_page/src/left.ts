import type { Answer, Seat } from "./api.ts";
import type { Happened } from "./flow.ts";
import { Wakes } from "./wakes.ts";

/** So often the server is asked; that is no sign of life. */
const ASK_EVERY_MS = 60_000;

/**
 * Until there is nothing to come back to any more, or somebody has come back: asks now, then now and then, and whenever the page is
 * looked at or has a network again, also when that happens while an older question is on its way. `away`: takes what happened; false
 * when the person is not away any more.
 */
export async function whileLeft(ask: () => Promise<Answer<Seat>>, away: (happened: Happened) => boolean, wakes = new Wakes()): Promise<void> {
  wakes.listen();
  try {
    for (;;) {
      const answer = await ask();
      if (!away({ what: "left" })) return;
      if (answer.ok && !away({ what: "seat", seat: answer.value })) return;
      if (!answer.ok && answer.status === 401 && !away({ what: "seat_gone", haveLink: false })) return;
      await wakes.turn(() => ASK_EVERY_MS);
    }
  } finally {
    wakes.stop();
  }
}
