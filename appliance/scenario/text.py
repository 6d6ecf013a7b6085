"""From the text of a scenario file to plain data.

YAML is read by the core schema of version 1.2: dates stay text, ``no`` and ``12:30`` too, and
numbers keep every digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from engine.errors import InvalidVariables
from engine.values import decode


class Unreadable(Exception):
    """A file that cannot be read or is no YAML or JSON; ``str()`` says why."""


def load(file: Path) -> Any:
    """What a YAML or JSON file holds. Raises Unreadable."""
    try:
        data = file.read_bytes()
        return _json(data) if file.suffix == ".json" else yaml.load(data, Loader)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"not valid YAML: {_one_line(error)}") from None
    except RecursionError:
        raise Unreadable("not valid YAML: nested too deeply") from None


_BYTE = re.compile(r" \(byte (\d+)\)")


def _json(data: bytes) -> Any:
    try:
        return decode(data)
    except InvalidVariables as error:
        byte = _BYTE.search(str(error))
        line = data.count(b"\n", 0, int(byte[1]) if byte is not None else None) + 1
        raise Unreadable(f"line {line}: {_BYTE.sub('', str(error))}") from None


def _one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)


# Of libyaml if PyYAML was built with it: quicker, and it knows more of YAML 1.2.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(_SafeLoader):
    """Safe YAML by the core schema, with exact numbers and without doubled keys."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in _scalar_keys(node):
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"`{key.value}` stands there twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _scalar_keys(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    for key, value in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value != "<<":
            yield key, value


def _integer(loader: Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0x", "0o") else int(text)


def _decimal(loader: Loader, node: yaml.ScalarNode) -> Any:
    return decode(_json_number(loader.construct_scalar(node)))


def _json_number(text: str) -> str:
    """YAML also has ``+1.5``, ``.5``, ``1.`` and leading zeros."""
    sign = "-" if text[0] == "-" else ""
    digits = re.sub(r"\.(?=$|[eE])", "", text.lstrip("+-")).lstrip("0")
    return sign + (digits if digits[:1].isdigit() else f"0{digits}")


_TAG = "tag:yaml.org,2002:"
Loader.yaml_implicit_resolvers = {}  # none of version 1.1
for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), _first)
Loader.add_constructor(f"{_TAG}int", _integer)
Loader.add_constructor(f"{_TAG}float", _decimal)
