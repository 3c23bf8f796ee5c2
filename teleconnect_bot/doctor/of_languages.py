"""The languages that people are written to in: which are there, and which a native speaker has read (PRODUCT §6)."""

from __future__ import annotations

from teleconnect_bot.adapters.messaging.texts import CatalogueError, Catalogues, Offer

from .findings import Finding, Surroundings, error, ok, warning


async def languages(around: Surroundings) -> Finding:
    config = around.config
    try:
        offer = Catalogues.load().offer(config.languages, unreviewed=config.unreviewed_languages)
    except CatalogueError as problem:
        return error(str(problem), "Correct languages or unreviewed_languages.")
    words = " ".join(said_of(offer))
    if offer.withheld:
        return warning(words, "Have them reviewed (docs/translating.md), or allow them by unreviewed_languages: true.")
    return ok(words)


def said_of(offer: Offer) -> list[str]:
    """In sentences, the languages by their codes."""
    said = [f"Offered: {', '.join(offer.sent)}."]
    if offer.unreviewed:
        said.append(f"Not reviewed by a native speaker: {', '.join(offer.unreviewed)}.")
    if offer.withheld:
        said.append(f"Not offered, because not reviewed: {', '.join(offer.withheld)}.")
    return said
