"""The public front door: the guests' calls, the gateway, the provider's callbacks, the interpreters' page, health."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import structlog

from teleconnect_bot.adapters.jitsi import JitsiTokens, settings_of
from teleconnect_bot.adapters.matrix.relays import MatrixRelays
from teleconnect_bot.adapters.messaging.kept import KeptTexts
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.config.sections import Language as ConfiguredLanguage
from teleconnect_bot.services.calls import StaffCalls
from teleconnect_bot.services.conferences import Conferences
from teleconnect_bot.services.deliveries import Deliveries
from teleconnect_bot.services.guests import Guests, Terms
from teleconnect_bot.services.interpreter_answers import InterpreterAnswers, InterpreterReach
from teleconnect_bot.web.callbacks import Callbacks
from teleconnect_bot.web.conference import Conference
from teleconnect_bot.web.guest import Language, PublicInfo
from teleconnect_bot.web.server import create_app, serve

log = structlog.get_logger("teleconnect_bot.app")


def _by_language(texts: Mapping[ConfiguredLanguage, str]) -> dict[str, str]:
    return {str(code): words for code, words in texts.items()}


async def serve_front(parts: Parts, tasks: asyncio.TaskGroup) -> None:
    """Answer on the configured address until cancelled."""
    config = parts.config
    terms = config.public.terms
    door = Guests(
        parts.units,
        parts.sessions,
        parts.texts,
        parts.sender,
        parts.clock,
        parts.tokens,
        config.bot,
        Terms(terms.version, _by_language(terms.texts), _by_language(terms.discreet_texts)),
        parts.changes,
        MatrixRelays(parts.account),
    )
    languages = [Language(code, parts.texts.display_name(code), parts.texts.direction(code)) for code in parts.offer.sent]
    app = create_app(
        public_url=config.public_url,
        trusted_proxies=[str(network) for network in config.trusted_proxies],
        door=door,
        gateway=parts.gateway,
        public=PublicInfo(
            config.public.support_phone,
            languages,
            config.uploads.max_size,
            config.calls.provider,
            config.calls.force_relay,
        ),
        checks=lambda: _ready(parts),
        registry=parts.registry,
        seconds=time.monotonic,
        tasks=tasks,
        callbacks=_callbacks(parts),
        interpreters=_interpreters(parts),
        kept=KeptTexts(parts.texts, config.retention.after_close),
        call_door=StaffCalls(parts.units, parts.sessions, door, parts.clock, parts.tokens),
        conference=_conference(parts),
    )
    async with serve(app, config.listen.host, config.listen.port) as served:
        log.info("listening", port=served.port)
        await asyncio.Event().wait()


def _conference(parts: Parts) -> Conference | None:
    calls = parts.config.calls
    if calls.provider != "jitsi" or calls.jitsi is None:
        return None
    tokens = JitsiTokens(settings_of(calls.jitsi))
    return Conference(Conferences(parts.units, parts.keys, tokens, parts.clock), calls.jitsi.domain)


def _interpreters(parts: Parts) -> InterpreterAnswers:
    config = parts.config
    channels = frozenset(config.channels().usable)
    reach = InterpreterReach(domain=config.homeserver.domain, channels=channels, country=config.messages.default_country)
    return InterpreterAnswers(parts.sessions, parts.texts, parts.facts, parts.sender, reach, parts.organisations.get)


def _callbacks(parts: Parts) -> Callbacks | None:
    twilio = parts.config.twilio
    if twilio is None:
        return None
    return Callbacks(
        parts.config.public_url, twilio.auth_token.get_secret_value(), Deliveries(parts.units, parts.sessions, parts.messenger)
    )


async def _ready(parts: Parts) -> Mapping[str, bool]:
    try:
        async with parts.units.begin() as unit:
            await unit.next_effect_at()
        database = True
    except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the bot is not ready
        log.warning("database_not_ready", error=type(error).__name__)
        database = False
    return {"database": database, "homeserver": parts.connected}
