"""The interpreting organisations: those of the configuration, and those that administrators have added (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Sequence

from teleconnect_bot.domain.organisations import Organisation, in_turn

from .ports import UnitOfWork


class Organisations:
    """They are remembered in memory too, so that cards can be written without asking; `follow` and every look refresh that."""

    def __init__(self, units: UnitOfWork) -> None:
        self.units = units
        self.known: tuple[Organisation, ...] = ()
        """As they were last seen, in the order in which they are asked."""

    async def follow(self, configured: Sequence[Organisation]) -> None:
        """Those of the configuration are as it says, and one that was taken out of it is gone; added ones stay."""
        wanted = {organisation.id for organisation in configured}
        async with self.units.begin() as unit:
            for old in await unit.organisations():
                if old.configured and old.id not in wanted:
                    await unit.remove_organisation(old.id)
            for organisation in configured:
                await unit.put_organisation(organisation)
        await self.all()

    async def all(self) -> list[Organisation]:
        """In the order in which they are asked."""
        async with self.units.begin() as unit:
            found = in_turn(await unit.organisations())
        self.known = tuple(found)
        return found

    async def get(self, organisation_id: str) -> Organisation | None:
        return next((organisation for organisation in await self.all() if organisation.id == organisation_id), None)

    async def put(self, organisation: Organisation) -> None:
        async with self.units.begin() as unit:
            await unit.put_organisation(organisation)
        await self.all()

    async def remove(self, organisation_id: str) -> bool:
        async with self.units.begin() as unit:
            removed = await unit.remove_organisation(organisation_id)
        await self.all()
        return removed

    def name_of(self, organisation_id: str) -> str:
        """As it was last seen; the id of one that is gone."""
        return next((organisation.name for organisation in self.known if organisation.id == organisation_id), organisation_id)
