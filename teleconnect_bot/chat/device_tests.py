"""What a requester reads of a person's device test (PRODUCT §4.3)."""

from __future__ import annotations

from teleconnect_bot.domain.guest_link import DeviceTest, Link
from teleconnect_bot.domain.session import Session

from .voice import Sentence, say

TEST_WORDS: dict[DeviceTest, Sentence] = {
    DeviceTest.GOOD: "camera, microphone and network are good",
    DeviceTest.AUDIO_ONLY: "sound only, the camera could not be used",
    DeviceTest.NO_CAMERA: "sound only, there is no camera",
    DeviceTest.WRITING_ONLY: "the microphone could not be used; writing works",
    DeviceTest.POOR_NETWORK: "poor network, a call may not work; writing does",
}


def tested(result: DeviceTest | None) -> str:
    """Behind the name of somebody who is there; nothing when they made no test."""
    return f" ({say('device: {words}', words=say(TEST_WORDS[result]))})" if result else ""


def tested_before(session: Session, link: Link) -> list[str]:
    """The last test with this link, for as long as nobody who came with it has one of their own."""
    own = any(seat.link == link.id and seat.live and seat.tested for seat in session.seats)
    return [say("Device test: {words}.", words=say(TEST_WORDS[link.tested]))] if link.tested and not own else []


def of_who_waits(session: Session) -> str:
    """For the list of those who wait."""
    seats = [seat for seat in session.present_seats if session.is_main(seat)]
    found = [seat.tested for seat in seats if seat.tested] or [link.tested for link in session.links if link.tested]
    words = "; ".join(say(TEST_WORDS[result]) for result in dict.fromkeys(found))
    return f" {say('Device test: {words}.', words=words)}" if found else ""
