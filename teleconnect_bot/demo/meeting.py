"""A conference of the walk-through: the nurse by the personal link on her card, the guest by the button on their page, both by token."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, expect

from .jitsi import JitsiMeet
from .journal import Step
from .staff import Seen, Staff
from .visitor import Visitor

_SECONDS = 60.0
_LINK = re.compile(r'href="([^"]+/c#[\w-]+)"')


@dataclass
class Meeting:
    """Both are in the conference from `begin` on, until the session ends. `close` ends the browser of the nurse's call."""

    jitsi: JitsiMeet
    browser: Browser
    _staff: Visitor | None = field(default=None, init=False)

    async def begin(self, nurse: Staff, card: Seen | None, guest: Visitor, picture: Path, step: Step) -> None:
        """Raises `NotSo` when something is not as it must be."""
        link = await nurse.wait_for(lambda: _link_on(nurse, card), _SECONDS)
        step.check(True, "the card shows the nurse's personal link to the call")
        self._staff = staff = await Visitor.open(self.browser)
        await staff.follow(link)
        await staff.press("Join the call")
        await self.jitsi.until(lambda: len(self.jitsi.inside) == 1, _SECONDS)
        await expect(guest.page.get_by_text("They are calling you.")).to_be_visible(timeout=_SECONDS * 1000)
        step.check(True, "the guest's page rings")
        await guest.press("Join the call")
        await self.jitsi.until(lambda: len(self.jitsi.inside) == 2, _SECONDS)
        inside = list(self.jitsi.inside.values())
        step.check(len({each.room for each in inside}) == 1, "both are in one conference, each let in by a token of their own")
        step.check(not self.jitsi.refused, "another library than the bot's has found each claim of the tokens right")
        step.check([each.moderator for each in inside] == [True, False], "the nurse moderates, the guest does not")
        await guest.photograph(picture)

    async def ended(self, step: Step) -> None:
        """The session is over: nobody is in the conference any more."""
        await self.jitsi.until(lambda: not self.jitsi.inside, _SECONDS)
        step.check(True, "nobody is in the conference any more")

    async def close(self) -> None:
        """Also when it has not begun."""
        if self._staff is not None:
            await self._staff.close()


def _link_on(nurse: Staff, card: Seen | None) -> str | None:
    latest = nurse.latest(card.room, card.event) if card else None
    found = _LINK.search(latest.html) if latest else None
    return found[1] if found else None
