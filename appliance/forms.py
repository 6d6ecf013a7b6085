"""Forms by their key: what is deployed, in which versions, and who uses it.

A form gets a new version whenever other contents are deployed under its key: alone, or together
with processes, which keep the form that came with them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appliance.deployment import form_keys
from appliance.errors import Conflict, FormNotFound, InvalidInput
from appliance.library import Library
from appliance.store import sqlite
from engine.errors import ModelInvalid
from engine.forms import Form
from engine.forms.model import Component
from engine.model import Process

if TYPE_CHECKING:
    from appliance.actor import Actor
    from appliance.pending import Pending
    from appliance.processes import Processes
    from appliance.views import ProcessView

_VERSIONS = """
SELECT f.key, f.id, f.deployment, f.resource, p.at, p.by FROM form f
JOIN deployment p ON p.id = f.deployment {} ORDER BY f.key, f.id
"""
_CONTENT = """
SELECT r.content FROM form f
JOIN resource r ON r.deployment = f.deployment AND r.name = f.resource WHERE f.id = ?
"""


_NOT_A_NAME = re.compile(r"[^\w.-]")


@dataclass(frozen=True, slots=True)
class FormView:
    """A version of a form. ``name`` is its title (the key, when it has none), ``fields`` how many
    places for values it has; ``file`` is its file's name."""

    key: str
    version: int
    id: int
    deployment_id: int
    name: str
    fields: int
    file: str
    deployed_at: int
    deployed_by: str


@dataclass(frozen=True, slots=True)
class Use:
    """A process that asks for a form by its key; ``version`` is the form's that it shows."""

    process: str
    name: str
    version: int


class Forms:
    """The forms of the box."""

    def __init__(
        self, read: Callable[[], sqlite.Connection], library: Library, processes: Processes
    ) -> None:
        self._read = read
        self._library = library
        self._processes = processes

    def list(self) -> list[FormView]:
        """The latest version of each form, by key."""
        rows = self._read().execute(_VERSIONS.format("")).fetchall()
        versions = Counter(row[0] for row in rows)
        latest = {row[0]: row for row in rows}
        return [self._view(row, versions[key]) for key, row in latest.items()]

    def versions(self, key: str) -> list[FormView]:
        """All versions of a form, the latest first. Raises ``FormNotFound``."""
        rows = self._read().execute(_VERSIONS.format("WHERE f.key = ?"), (key,)).fetchall()
        if not rows:
            raise FormNotFound(f"There is no form {key}.")
        return [self._view(row, number) for number, row in enumerate(rows, 1)][::-1]

    def get(self, key: str, version: int | None = None) -> FormView:
        """One version of a form, the latest by default. Raises ``FormNotFound``."""
        versions = self.versions(key)
        for view in versions:
            if version in (None, view.version):
                return view
        raise FormNotFound(f"There is no version {version} of the form {key}.")

    def content(self, key: str, version: int | None = None) -> bytes:
        """The file of a form, as it was deployed. Raises ``FormNotFound``."""
        return self._read().execute(_CONTENT, (self.get(key, version).id,)).fetchone()[0]

    def latest(self, key: str) -> Form | None:
        """The latest form of a key; None when there is none."""
        try:
            return Form.read(self.content(key), file=key)
        except FormNotFound:
            return None

    def save(self, key: str, content: bytes, version: int, by: Actor) -> Pending[list[ProcessView]]:
        """Deploy a form alone, as the version after the one that its author has seen (0: none).

        Raises ``ModelInvalid``; ``InvalidInput`` when the form is of another key; ``Conflict`` when
        somebody has saved it meanwhile.
        """
        form = Form.read(content, file=key)
        if form.id != key:
            raise InvalidInput(f"The form says that its id is {form.id!r}, not {key!r}.")
        latest = self._latest_version(key)
        if latest != version:
            raise Conflict(
                f"Version {latest} of this form was saved meanwhile. Open it to see how it is now."
            )
        name = f"{_NOT_A_NAME.sub('_', key)}.form"
        return self._processes.deploy({name: content}, by)

    def _latest_version(self, key: str) -> int:
        count = "SELECT count(*) FROM form WHERE key = ?"
        return self._read().execute(count, (key,)).fetchone()[0]

    def used_by(self, process: Process) -> Iterable[str]:
        """The keys of the forms that a process asks for, each once."""
        return sorted(set(form_keys(process)))

    def uses(self, key: str) -> Sequence[Use]:
        """The processes, in their latest versions, that ask for a form."""
        versions = self.versions(key)
        return [
            Use(view.key, view.name, self._shown(versions, view.deployment_id).version)
            for view in self._library.latest_of_each()
            if key in form_keys(self._library.process(view.id))
        ]

    def _shown(self, versions: Sequence[FormView], deployment: int) -> FormView:
        """What a process shows: the form of its own deployment, or else the latest."""
        own = [view for view in versions if view.deployment_id == deployment]
        return (own or versions)[0]

    def _view(self, row: tuple, version: int) -> FormView:
        key, id, deployment, file, at, by = row
        content = self._read().execute(_CONTENT, (id,)).fetchone()[0]
        try:
            form = Form.read(content, file=file)
        except ModelInvalid:
            return FormView(key, version, id, deployment, key, 0, file, at, by)
        fields = sum(1 for _ in _fields(form.components))
        return FormView(key, version, id, deployment, form.name or key, fields, file, at, by)


def _fields(components: Iterable[Component]) -> Iterator[Component]:
    for component in components:
        if component.key:
            yield component
        else:
            yield from _fields(component.components)


def sample(form: Form) -> dict[str, Any]:
    """Values that show what a form looks like when it is filled in."""
    return {
        component.key[0]: _sample(component)
        for component in _fields(form.components)
        if component.type != "expression"
    }


def _sample(component: Component) -> Any:
    if component.type == "number":
        return 120
    if component.type == "checkbox":
        return True
    if component.type == "datetime":
        return "2026-05-01"
    if component.type in ("select", "radio", "checklist", "taglist"):
        return _chosen(component)
    if component.type in ("filepicker", "dynamiclist", "table"):
        return []
    return component.label if isinstance(component.label, str) else component.key[0]


def _chosen(component: Component) -> Any:
    options = component.choices.fixed if component.choices is not None else None
    values = [option.value for option in options or ()]
    if component.type in ("checklist", "taglist"):
        return values[:1]
    return values[0] if values else None
