import type { MatrixClient } from "matrix-js-sdk/lib/client.js";
import { EventTimeline } from "matrix-js-sdk/lib/models/event-timeline.js";
import { type Room, RoomEvent } from "matrix-js-sdk/lib/models/room.js";
import type { Pause } from "../wakes.ts";
import { History } from "./history.ts";

/** As many as one sync brings at most. */
export const PAGE_OF_HISTORY = 50;

/** The history of the one room that there is; `begunAnew` is called when a sync has left a gap behind the newest events. */
export function roomHistory(client: MatrixClient, room: () => Room | null, pauses: () => Pause, begunAnew: () => void): History {
  const timeline = (): EventTimeline | undefined => room()?.getLiveTimeline();
  client.on(RoomEvent.TimelineReset, (of, timelines) => {
    if (of !== undefined && timelines === of.getUnfilteredTimelineSet()) begunAnew();
  });
  return new History({
    from: () => timeline()?.getPaginationToken(EventTimeline.BACKWARDS) ?? null,
    goBackTo: (token) => timeline()?.setPaginationToken(token, EventTimeline.BACKWARDS),
    fetch: async () => {
      const here = room();
      if (here !== null) await client.scrollback(here, PAGE_OF_HISTORY);
    },
    pauses,
  });
}
