"""A scenario as the text of a file: what :mod:`appliance.scenario.read` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import yaml

from appliance.scenario.text import Loader
from engine.times import iso


def written(name: str, files: Iterable[str], clock: int, steps: Iterable[Mapping[str, Any]]) -> str:
    """YAML of a scenario that deploys these files, begins at a moment (ms) and takes the steps."""
    content = {"name": name, "deploy": list(files), "clock": iso(clock), "steps": list(steps)}
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Safe YAML whose plain texts are those that stay texts when they are read again."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write values again where they stand again."""
        return True


_Dumper.yaml_implicit_resolvers = Loader.yaml_implicit_resolvers
_Dumper.add_representer(
    Decimal,
    lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value)),
)
