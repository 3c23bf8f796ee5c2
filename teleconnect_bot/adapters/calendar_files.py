"""The port `CalendarFiles` on iCalendar (RFC 5545, 5546), as Outlook, Google, Apple and Thunderbird read it.

Times are written in UTC: the moment is what was agreed, and every calendar shows it on its own clock
(docs/decisions, "A planned time is a moment").
"""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress, vText

from teleconnect_bot.services.ports import Attachment, CalendarEntry


class ICalendarFiles:
    """`organizer` is the address that mails come from; `name` is the organisation's public name."""

    def __init__(self, organizer: str, name: str) -> None:
        self._organizer, self._name = organizer, name

    def write(self, entry: CalendarEntry, now: datetime) -> Attachment:
        method = "CANCEL" if entry.cancelled else "REQUEST" if entry.attendee else "PUBLISH"
        calendar = Calendar()
        calendar.add("prodid", "-//Teleconnect bot//EN")
        calendar.add("version", "2.0")
        calendar.add("method", method)
        calendar.add_component(self._event(entry, now))
        return Attachment("session.ics", f"text/calendar; method={method}; charset=utf-8", calendar.to_ical())

    def _event(self, entry: CalendarEntry, now: datetime) -> Event:
        start = entry.start.astimezone(UTC)  # a clock that is put forward would swallow the length
        event = Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("dtstamp", now.astimezone(UTC))
        event.add("dtstart", start)
        event.add("dtend", start + entry.length)
        event.add("summary", entry.title)
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        event.add("class", "PRIVATE")
        organizer = vCalAddress(f"mailto:{self._organizer}")
        organizer.params["CN"] = vText(self._name)
        event["organizer"] = organizer
        if entry.attendee:
            attendee = vCalAddress(f"mailto:{entry.attendee}")
            attendee.params["RSVP"] = vText("FALSE")
            event["attendee"] = attendee
        return event
