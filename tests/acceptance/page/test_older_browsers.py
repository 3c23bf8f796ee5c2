"""The whole way in a browser from which everything is taken that the oldest supported ones lack (docs/operations.md, "Browsers of guests").

What only the engine itself could lack, syntax and style, is looked for in the built files (guest_page/test/floor.test.ts).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from teleconnect_bot.services.guest_door import LinkState, SeatStatus
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import Pen, open_room
from tests.acceptance.page.person import Person
from tests.fakes_interpreters import DESK_TOKEN
from tests.fakes_web import GOOD_TOKEN, ROOM, Front, RecordingHomeserver

OLDEST = """
const typed = Object.getPrototypeOf(Uint8Array.prototype);
for (const [from, ...names] of [
  [Object, 'hasOwn', 'groupBy'],
  [Map, 'groupBy'],
  [Promise, 'withResolvers', 'try'],
  [Array, 'fromAsync'],
  [Array.prototype, 'at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with'],
  [typed, 'at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'with'],
  [Uint8Array, 'fromBase64', 'fromHex'],
  [Uint8Array.prototype, 'toBase64', 'toHex'],
  [String.prototype, 'at', 'isWellFormed', 'toWellFormed'],
  [Set.prototype, 'union', 'difference', 'intersection', 'symmetricDifference', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom'],
  [Crypto.prototype, 'randomUUID'],
  [AbortSignal, 'timeout', 'any'],
  [AbortSignal.prototype, 'throwIfAborted', 'reason'],
  [URL, 'canParse', 'parse'],
  [Navigator.prototype, 'locks', 'wakeLock', 'vibrate', 'connection', 'userAgentData'],
  [IDBFactory.prototype, 'databases'],
  [Intl, 'Segmenter', 'ListFormat', 'DurationFormat'],
  [window, 'structuredClone', 'createImageBitmap', 'OffscreenCanvas', 'Iterator', 'scheduler', 'CompressionStream', 'DecompressionStream'],
]) for (const name of names) delete from?.[name];

const refused = (pattern) => { if (/\\(\\?<[=!]/.test(pattern)) throw new SyntaxError('invalid group specifier name'); };
window.RegExp = new Proxy(RegExp, {
  apply: (real, on, given) => { refused(given[0]); return Reflect.apply(real, on, given); },
  construct: (real, given, by) => { refused(given[0]); return Reflect.construct(real, given, by); },
});
Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
  construct: (real, given, by) => {
    if (given[1]?.timeZoneName?.endsWith('Offset')) throw new RangeError('not a value of timeZoneName');
    return Reflect.construct(real, given, by);
  },
});
"""


async def somebody(visitor: NewVisitor, link: str) -> Person:
    opened = await visitor()
    await opened.context.add_init_script(OLDEST)
    return Person(opened, link)


async def test_the_oldest_supported_browser_leads_to_a_message_that_was_sent_and_one_that_is_read(
    front: Front, homeserver: RecordingHomeserver, visitor: NewVisitor
) -> None:
    person = await somebody(visitor, f"{front.url}/j#{GOOD_TOKEN}")
    now = front.door.opened
    front.door.opened = replace(now, state=LinkState.EARLY, opens_at=datetime.now(UTC) + timedelta(days=3))
    await person.come()
    # What our own code puts in the place of the rest comes while the first screen is being read.
    assert await person.page.evaluate("'groupBy' in Map || 'locks' in navigator") is False, "it is an old browser"
    await person.press("Continue")
    await person.sees("You are early")
    front.door.opened = now
    await person.page.reload()
    room = open_room(front, homeserver)
    await person.name_themselves()
    await person.press("Test my device")
    await person.reads("Everything works.")
    await person.press("Enter waiting room")
    await person.sees("You are in the waiting room")
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM)
    await expect(person.page.get_by_role("textbox", name="Message")).to_be_visible()
    await person.visitor.write("Are you there?")
    assert len(room.sent()) == 1
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes("Yes @room, we are here")
    await person.visitor.reads("Yes @room, we are here")
    assert person.visitor.errors == []


async def test_the_oldest_supported_browser_shows_the_page_of_interpreting_organisations(front: Front, visitor: NewVisitor) -> None:
    person = await somebody(visitor, f"{front.url}/i#{DESK_TOKEN}")
    await person.visitor.follow(person.link)
    await expect(person.visitor.button("Accept")).to_be_visible()
    assert person.visitor.errors == []
