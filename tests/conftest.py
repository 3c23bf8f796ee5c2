"""Fixtures that every test may ask for; each area keeps its own in a module named here."""

from hypothesis import settings

pytest_plugins = ["tests.fixtures_homeserver", "tests.storage.postgres", "tests.storage.at_once"]

# No test asserts how long something takes: a busy machine is no failure.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")
