"""A YAML document as plain values, with the line of every key, refusing what YAML would let pass in silence.

Keys stay the text that was written (YAML would read `no:` as false and `+41:` as a number), a key may stand once, and no
error repeats what the document holds: it may be a secret.
"""

from __future__ import annotations

from typing import Any

import yaml

Path = tuple[str | int, ...]


class Unreadable(Exception):
    """The document is no YAML mapping. The text says why and where, without its content."""

    def __init__(self, words: str, line: int | None = None) -> None:
        super().__init__(words)
        self.line = line


class Document:
    """`content` as dicts, lists and scalars; `repeated` are the keys that stand twice; `line(path)` counts from 1."""

    def __init__(self, text: str) -> None:
        self.repeated: list[Path] = []
        self._lines: dict[Path, int] = {}
        try:
            self._loader = yaml.SafeLoader(text)
            node = self._loader.get_single_node()
            self.content: dict[str, Any] = {} if node is None else self._mapping_at_top(node)
        except yaml.MarkedYAMLError as error:
            # The error's own text quotes the document.
            mark = error.problem_mark or error.context_mark
            raise Unreadable(
                "is not valid YAML; text with special characters must stand in quotes", mark.line + 1 if mark else None
            ) from None
        except yaml.YAMLError:
            raise Unreadable("is not valid YAML: it holds characters that no text may hold") from None

    def line(self, path: Path) -> int | None:
        """The line of the key, else of the nearest section around it that is written."""
        return next((self._lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in self._lines), None)

    def _mapping_at_top(self, node: yaml.Node) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise Unreadable("must consist of keys with values", node.start_mark.line + 1)
        return dict(self._value(node, (), ()))

    def _value(self, node: yaml.Node, path: Path, around: tuple[yaml.Node, ...]) -> Any:
        if node in around:
            raise Unreadable("holds an alias that contains itself", node.start_mark.line + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*path, index), (*around, node)) for index, child in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return self._loader.construct_object(node)
        mapping: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Unreadable("holds a key that is not text", key.start_mark.line + 1)
            if key.value in mapping:
                self.repeated.append((*path, key.value))
            mapping[key.value] = self._item(child, (*path, key.value), (*around, node), key.start_mark.line + 1)
        return mapping

    def _item(self, node: yaml.Node, path: Path, around: tuple[yaml.Node, ...], line: int | None = None) -> Any:
        self._lines[path] = line or node.start_mark.line + 1
        return self._value(node, path, around)
