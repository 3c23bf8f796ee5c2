"""The database's history as Alembic revisions, carried out by `migrate`."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from teleconnect_bot.adapters.storage.database import Database


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


async def migrate(address: str) -> None:
    """Bring the database to the newest revision, in one transaction and while nobody else writes; none is lost or half done.

    Raises `DatabaseUrlUnknown` and `ServiceUnavailable`.
    """

    def upgrade(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    database = Database(address)
    try:
        async with database.writing() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.close()


async def is_migrated(address: str) -> bool:
    """Whether the database stands at the newest revision that this version of the bot knows."""

    def revisions(connection: Connection) -> set[str]:
        return set(MigrationContext.configure(connection).get_current_heads())

    database = Database(address)
    try:
        async with database.reading() as connection:
            return await connection.run_sync(revisions) == set(ScriptDirectory.from_config(_config()).get_heads())
    finally:
        await database.close()
