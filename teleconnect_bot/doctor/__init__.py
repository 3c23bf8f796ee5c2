"""`doctor`: is everything around the bot as it must be, and if not, what is to be done (PRODUCT §10).

results = await examine(config)
print(report(results))
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import aiohttp

from teleconnect_bot.config import Config
from teleconnect_bot.doctor import of_database, of_guests, of_homeserver, of_languages, of_machine
from teleconnect_bot.doctor.findings import Check, Finding, Level, Result, Surroundings
from teleconnect_bot.doctor.of_calls import calls
from teleconnect_bot.doctor.of_organisations import organisation_rooms
from teleconnect_bot.doctor.of_provider import phone
from teleconnect_bot.doctor.of_staff_rooms import staff_rooms

__all__ = ["CHECKS", "Check", "Finding", "Level", "Result", "any_error", "examine", "report"]

_PATIENCE = aiohttp.ClientTimeout(total=15)

CHECKS: tuple[Check, ...] = (
    Check("homeserver", "Homeserver", of_homeserver.reachable),
    Check("version", "Synapse version", of_homeserver.version, after="homeserver"),
    Check("registration", "Registration", of_homeserver.registration, after="homeserver"),
    Check("bot", "Bot account", of_homeserver.bot_account, after="registration"),
    Check("visitors", "Guests' accounts", of_guests.accounts, after="registration"),
    Check("uploads", "Size of uploads", of_homeserver.uploads, after="registration"),
    Check("admin", "Admin token", of_homeserver.admin_token, after="homeserver"),
    Check("deletion", "Settings that keep deleted data", of_homeserver.deletion_settings),
    Check("calls", "Calls", calls, after="registration"),
    Check("page", "Guest page", of_machine.guest_page),
    Check("keys", "Keys directory", of_machine.keys_directory),
    Check("database", "Database", of_machine.database),
    Check("phone", "SMS and WhatsApp", phone),
    Check("right_database", "Right database", of_database.remembered_database, after="bot"),
    Check("email", "E-mail", of_machine.email),
    Check("languages", "Languages", of_languages.languages),
    Check("pdf", "PDF and fonts", of_machine.pdf),
    Check("access", "Access", of_machine.access),
    Check("staff_rooms", "Rooms of staff and teams", staff_rooms, after="registration"),
    Check("organisation_rooms", "Rooms of interpreting organisations", organisation_rooms, after="registration"),
)


async def examine(config: Config) -> list[Result]:
    """Every check in order; one that fails hides none of the others. Changes nothing."""
    results: list[Result] = []
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
        surroundings = Surroundings(config, http)
        for check in CHECKS:
            before = next((result for result in results if result.check.name == check.after), None)
            results.append(Result(check, await _find(check, surroundings, before)))
    return results


async def _find(check: Check, surroundings: Surroundings, before: Result | None) -> Finding:
    if before and before.finding.level in (Level.ERROR, Level.SKIPPED):
        return Finding(Level.SKIPPED, f'Not checked, because of "{before.check.title}".')
    try:
        return await check.look(surroundings)
    except Exception as failure:  # noqa: BLE001  the edge: a check that breaks must not hide the other ones
        return Finding(Level.ERROR, f"The check itself failed ({type(failure).__name__}).", "Please report this.")


def any_error(results: Sequence[Result]) -> bool:
    return any(result.finding.level is Level.ERROR for result in results)


def report(results: Sequence[Result]) -> str:
    """For the terminal: one block a check, and a line that sums up."""
    lines: list[str] = []
    for result in results:
        lines += _wrapped(f"{result.finding.level:<8} {result.check.title}: {result.finding.words}")
        if result.finding.remedy:
            lines += _wrapped(f"{'':<8} → {result.finding.remedy}")
    counts = {level: sum(result.finding.level is level for result in results) for level in Level}
    summary = ", ".join(f"{count} {level}" for level, count in counts.items() if count)
    return "\n".join([*lines, "", summary])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 118, subsequent_indent=" " * 11, break_long_words=False, break_on_hyphens=False)
