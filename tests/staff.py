"""Staff members of the embedded homeserver, as the tests name them; the client itself is the demo's."""

from teleconnect_bot.demo.staff import Seen, Staff, StaffRefused, StaffWaitedInVain

__all__ = ["Seen", "Staff", "StaffRefused", "StaffWaitedInVain"]
