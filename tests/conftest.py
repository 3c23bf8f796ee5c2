"""Fixtures that every test may ask for; each area keeps its own in a module named here."""

pytest_plugins = ["tests.fixtures_homeserver", "tests.storage.postgres"]
