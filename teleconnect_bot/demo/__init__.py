"""The embedded stack: everything that `make demo` and the tests start beside the bot."""

from __future__ import annotations


def main(*, once: bool, host: str | None, calls: str) -> int:
    """`teleconnect-bot demo`: the walk-through, then hands-on use unless `once`; the exit code.

    `host` is an address of this machine at which guests from the local network are served too. `calls` is `builtin`, or `jitsi`
    for a double of Jitsi Meet. Writes `demo-output/`.
    """
    try:
        from .show import show
    except ImportError as error:
        print(f"The demo needs more than the bot itself ({error.name} is missing): pip install 'teleconnect-bot[demo]'")
        return 1
    return show(once=once, host=host, calls=calls)
