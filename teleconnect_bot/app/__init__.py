"""The composition root: builds every part, runs them in one TaskGroup, stops them in order (ARCHITECTURE §2)."""

from teleconnect_bot.app.bot import Bot
from teleconnect_bot.app.places import crypto_database
from teleconnect_bot.app.process import run

__all__ = ["Bot", "crypto_database", "run"]
