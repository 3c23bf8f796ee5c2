"""The bot's ports on Matrix, once its account has signed in."""

from __future__ import annotations

from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.chat import MatrixStaffChat
from teleconnect_bot.adapters.matrix.inventory import MatrixInventory
from teleconnect_bot.adapters.matrix.memory import AccountDataMemory
from teleconnect_bot.adapters.matrix.native_guests import NativeGuests
from teleconnect_bot.adapters.matrix.rooms import MatrixRooms
from teleconnect_bot.adapters.matrix.shared_rooms import MatrixSharedRooms
from teleconnect_bot.adapters.matrix.visitors import AppserviceVisitors
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.services.organisation_rooms import OrganisationRooms
from teleconnect_bot.services.staff_rooms import StaffRooms


class Homeserver:
    """What `parts.account` reaches; it must have been started."""

    def __init__(self, parts: Parts) -> None:
        config, account = parts.config, parts.account
        admin_token = config.homeserver.admin_token
        native, prefix = config.guests.native, config.appservice.visitor_prefix
        self.admin = HomeserverAdmin(
            address=config.homeserver.address,
            domain=config.homeserver.domain,
            token=admin_token.get_secret_value() if admin_token else None,
            session=account.session,
        )
        self.rooms = MatrixRooms(account, self.admin, guests=native, staff_calls=config.calls.by_element)
        self.chat = MatrixStaffChat(account)
        self.visitors = (NativeGuests if native else AppserviceVisitors)(account, self.admin, prefix)
        self.shared = MatrixSharedRooms(account)
        self.organisation_rooms = OrganisationRooms(self.shared, parts.organisations)
        team_rooms = {name: team.room for name, team in config.teams.items()}
        self.staff_rooms = StaffRooms(config.bot, self.shared, config.access.rooms, team_rooms)
        self.inventory = MatrixInventory(account.api, self.admin, config.bot, prefix, guests=native)
        self.memory = AccountDataMemory(account.api, config.bot)
