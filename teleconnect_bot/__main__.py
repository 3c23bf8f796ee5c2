"""The command line (PRODUCT §10). Each command imports what it needs itself, so that small ones answer at once."""

from __future__ import annotations

import argparse
import asyncio
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from teleconnect_bot import __version__

GOOD, FAILED = 0, 1
"""Exit codes; a command line that cannot be understood ends with 2."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    return command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="teleconnect-bot", description="Confidential remote sessions over Matrix.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, command: Callable[[argparse.Namespace], int], words: str, *, config: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words, description=words)
        added.set_defaults(command=command)
        if config:
            added.add_argument("--config", type=Path, default=Path("config.yaml"), metavar="PATH", help="default: config.yaml")
        return added

    add("run", _run, "run the bot until it is told to stop")
    demo = add("demo", _demo, "one whole session on an embedded homeserver, then hands-on use", config=False)
    demo.add_argument("--once", action="store_true", help="end after the walk-through")
    demo.add_argument("--host", metavar="ADDRESS", help="guest page also at this address of the local network, by https")
    demo.add_argument("--calls", choices=("builtin", "jitsi"), default="builtin", help="jitsi: with a double of Jitsi Meet")
    check = add("check-config", _check_config, "say whether the configuration is good, or everything that is wrong with it")
    check.add_argument("--example", action="store_true", help="print a whole configuration with every key explained, and check nothing")
    generate = add(
        "generate-registration", _generate_registration, "write registration.yaml for Synapse, and the tokens where they are missing"
    )
    generate.add_argument("--output", type=Path, metavar="PATH", help="default: registration.yaml beside the configuration")
    generate.add_argument("--force", action="store_true", help="replace an existing file")
    add("migrate", _migrate, "bring the database to this version")
    add("doctor", _doctor, "check everything around the bot, and say how to put right what is not")
    teardown = add("teardown", _teardown, "what is being deleted, and what could not be")
    teardown.add_argument(
        "--status", action="store_true", required=True, help="list sessions that are being deleted and tasks that failed for good"
    )
    residue = add("residue", _residue, "search database and homeserver for what belongs to no session, or for what is left of one")
    of_what = residue.add_mutually_exclusive_group()
    of_what.add_argument("code", nargs="?", metavar="CODE", help="a session's code: what is left of it, and why")
    of_what.add_argument(
        "--confirm-database",
        action="store_true",
        help="this is the right database (say so after a restored backup): the bot may remove what no session in it knows",
    )
    add("version", _version, "print the version", config=False)
    return parser


def _with_config(options: argparse.Namespace, act: Callable[[Any], int]) -> int:
    """`act` gets the configuration; when it is not good, the problems are printed instead."""
    from teleconnect_bot.config import ConfigError, load

    try:
        config = load(options.config)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return FAILED
    return act(config)


def _finished(result: Any) -> Any:
    """The result of a function that may be a coroutine function."""

    async def awaited() -> Any:
        return await result

    return asyncio.run(awaited()) if inspect.isawaitable(result) else result


def _run(options: argparse.Namespace) -> int:
    def act(config: Any) -> int:
        from teleconnect_bot import app

        return int(_finished(app.run(config)) or GOOD)

    return _with_config(options, act)


def _demo(options: argparse.Namespace) -> int:
    from teleconnect_bot import demo

    return int(_finished(demo.main(once=options.once, host=options.host, calls=options.calls)))


def _check_config(options: argparse.Namespace) -> int:
    if options.example:
        from teleconnect_bot.config.example import render

        print(render(), end="")
        return GOOD

    def act(config: Any) -> int:
        from teleconnect_bot.adapters.messaging.texts import CatalogueError, Catalogues
        from teleconnect_bot.config import unused
        from teleconnect_bot.doctor.of_calls import said_of_calls
        from teleconnect_bot.doctor.of_guests import LIMITS
        from teleconnect_bot.doctor.of_languages import said_of

        for key in unused(config):
            print(f"{key} is set, but nothing uses it yet ({options.config.name})")
        try:
            offer = Catalogues.load().offer(config.languages, unreviewed=config.unreviewed_languages)
        except CatalogueError as problem:
            print(problem, file=sys.stderr)
            return FAILED
        print(*said_of(offer), sep="\n")
        if config.guests.native:
            print(LIMITS)
        if said := said_of_calls(config.calls):
            print(said)
        print(f"{options.config} is good.")
        return GOOD

    return _with_config(options, act)


def _generate_registration(options: argparse.Namespace) -> int:
    from teleconnect_bot import registration
    from teleconnect_bot.adapters.system import SystemTokens
    from teleconnect_bot.config import ConfigError

    tokens = SystemTokens()
    try:
        made = registration.make_missing_tokens(options.config, lambda: tokens.opaque_id() + tokens.opaque_id())
    except ConfigError as error:
        print(error, file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"A token could not be written to {error.filename}: {error.strerror}.", file=sys.stderr)
        return FAILED
    for path in made:
        print(f"Made a token: {path}")

    def act(config: Any) -> int:
        path = options.output or options.config.parent / "registration.yaml"
        try:
            registration.write(config, path, force=options.force)
        except (registration.RegistrationExists, OSError) as error:
            words = f"{path} cannot be written: {error.strerror}." if isinstance(error, OSError) else str(error)
            print(words, file=sys.stderr)
            return FAILED
        print(f"Written: {path}\nName it in Synapse's app_service_config_files, let Synapse read it, and restart Synapse.")
        return GOOD

    return _with_config(options, act)


def _migrate(options: argparse.Namespace) -> int:
    def act(config: Any) -> int:
        from teleconnect_bot.adapters.storage import migrations
        from teleconnect_bot.services.ports import ServiceUnavailable

        try:
            asyncio.run(migrations.migrate(config.database.url.get_secret_value()))
        except ServiceUnavailable as error:
            print(f"Nothing was changed: {error}. `teleconnect-bot doctor` says more.", file=sys.stderr)
            return FAILED
        print("The database is up to date.")
        return GOOD

    return _with_config(options, act)


def _doctor(options: argparse.Namespace) -> int:
    def act(config: Any) -> int:
        from teleconnect_bot import doctor

        results = asyncio.run(doctor.examine(config))
        print(doctor.report(results))
        return FAILED if doctor.any_error(results) else GOOD

    return _with_config(options, act)


def _teardown(options: argparse.Namespace) -> int:
    def act(config: Any) -> int:
        from teleconnect_bot import administration

        print(_finished(administration.teardown_status(config)))
        return GOOD

    return _with_config(options, act)


def _residue(options: argparse.Namespace) -> int:
    def act(config: Any) -> int:
        from teleconnect_bot import administration
        from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable

        try:
            if options.confirm_database:
                print(_finished(administration.confirm_database(config)))
            else:
                print(_finished(administration.residue(config, options.code)))
        except (ServiceUnavailable, RefusedByService) as error:
            print(f"It could not be looked for everywhere: {error}. `teleconnect-bot doctor` says more.", file=sys.stderr)
            return FAILED
        return GOOD

    return _with_config(options, act)


def _version(options: argparse.Namespace) -> int:
    print(f"teleconnect-bot {__version__}")
    return GOOD


if __name__ == "__main__":
    sys.exit(main())
