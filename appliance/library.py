"""The deployed processes and forms in memory: read from the store once, compiled once, then shared.

Definitions never change; only which one is the latest and whether it is suspended does. After each
commit that deploys or suspends, :meth:`Library.refresh` looks again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from appliance.errors import ProcessNotExecutable, ProcessNotFound, ProcessSuspended
from appliance.store import sqlite
from appliance.views import ProcessView
from engine.elements.user_task import UserTask
from engine.errors import CalledProcessNotFound
from engine.forms import Form, from_form_fields
from engine.model import Process
from engine.xml import inspect

_DEFINITIONS = """
SELECT d.id, d.key, d.version, coalesce(nullif(d.name, ''), d.key), coalesce(d.description, ''),
    d.has_start_form, d.suspended, d.deployment, p.at, p.by, d.executable
FROM definition d JOIN deployment p ON p.id = d.deployment ORDER BY d.key, d.version
"""
_RESOURCE = """
SELECT r.deployment, r.name, r.content FROM definition d
JOIN resource r ON r.deployment = d.deployment AND r.name = d.resource WHERE d.id = ?
"""
_FORM = """
SELECT f.id, r.name, r.content FROM form f
JOIN resource r ON r.deployment = f.deployment AND r.name = f.resource WHERE f.id = ?
"""
_BOUND_FORM = "SELECT id FROM form WHERE deployment = ? AND key = ?"
_LATEST_FORM = "SELECT max(id) FROM form WHERE key = ?"


class Library:
    """Gives processes by definition id or key, and forms by key. Safe to use from any thread."""

    def __init__(self, read: Callable[[], sqlite.Connection]) -> None:
        self._read = read
        self._lock = threading.RLock()
        self._views: dict[int, ProcessView] = {}
        self._latest: dict[str, ProcessView] = {}
        self._compiled: dict[int, Process] = {}
        self._forms: dict[int, Form] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look again which processes are deployed and which of them are suspended."""
        rows = self._read().execute(_DEFINITIONS).fetchall()
        views = [_view(row) for row in rows]
        self._views = {view.id: view for view in views}
        self._latest = {view.key: view for view in views}

    def keep(self, processes: Mapping[int, Process]) -> None:
        """Processes that were compiled to be deployed, by their new definition ids."""
        with self._lock:
            self._compiled |= processes

    def all(self) -> list[ProcessView]:
        """Every version of every process, by key and version."""
        return list(self._views.values())

    def latest_of_each(self) -> list[ProcessView]:
        """The latest version of each process, by key."""
        return list(self._latest.values())

    def view(self, definition: int) -> ProcessView:
        """What is known of a definition."""
        return self._views[definition]

    def versions(self, key: str) -> list[ProcessView]:
        """All versions of a process, the latest first. Raises ``ProcessNotFound``."""
        found = [view for view in self._views.values() if view.key == key]
        if not found:
            raise ProcessNotFound(f"Process not found: {key}")
        return found[::-1]

    def find(self, key: str, version: int | None = None) -> ProcessView:
        """One version of a process, the latest by default. Raises ``ProcessNotFound``."""
        if version is not None:
            for view in self.versions(key):
                if view.version == version:
                    return view
            raise ProcessNotFound(f"Process not found: {key}, version {version}")
        try:
            return self._latest[key]
        except KeyError:
            raise ProcessNotFound(f"Process not found: {key}") from None

    def definitions_of(self, key: str) -> list[int] | None:
        """The ids of all versions of a process, none if there is none; None for every process."""
        return [view.id for view in self._views.values() if view.key == key] if key else None

    def label(self, definition: int, node: str) -> str:
        """How people call an element; its id when the version does not know it."""
        known = self.process(definition).nodes.get(node)
        return known.label if known is not None else node

    def to_start(self, key: str) -> ProcessView:
        """The version that a start means.

        Raises ``ProcessNotFound``, ``ProcessNotExecutable``, ``ProcessSuspended``.
        """
        return _running(self.find(key))

    def process(self, definition: int) -> Process:
        """The compiled process of a definition id."""
        try:
            return self._compiled[definition]
        except KeyError:
            return self._compile(definition)

    def called(self, key: str, version: int | None, caller: int) -> tuple[int, Process]:
        """What a call activity means; see ``engine.world.World.called``."""
        try:
            view = self._called(key, version, caller)
        except (ProcessNotFound, ProcessNotExecutable, ProcessSuspended) as error:
            raise CalledProcessNotFound(str(error)) from None
        return view.id, self.process(view.id)

    def _called(self, key: str, version: int | None, caller: int) -> ProcessView:
        if version is None:
            return self.to_start(key)
        if version:
            view = self.find(key, version)
        else:
            deployment = self._views[caller].deployment_id
            together = [v for v in self.versions(key) if v.deployment_id == deployment]
            view = together[0] if together else self.to_start(key)
        return _running(view)

    def _compile(self, definition: int) -> Process:
        # Parsed outside of the lock it would be parsed by every thread that waits for it.
        with self._lock:
            if definition not in self._compiled:
                row = self._read().execute(_RESOURCE, (definition,)).fetchone()
                deployment, name, content = row
                for process in inspect(content, name).processes:
                    for view in self._views.values():
                        if view.deployment_id == deployment and view.key == process.key:
                            self._compiled[view.id] = process
        return self._compiled[definition]

    def xml(self, definition: int) -> bytes:
        """The BPMN file of a definition, as it was deployed."""
        return self._read().execute(_RESOURCE, (definition,)).fetchone()[2]

    def form(self, definition: int, key: str) -> Form | None:
        """The form of this key: of the definition's own deployment, or else the latest one."""
        deployment = self._views[definition].deployment_id
        read = self._read()
        found = read.execute(_BOUND_FORM, (deployment, key)).fetchone()
        found = found or read.execute(_LATEST_FORM, (key,)).fetchone()
        return self._form(found[0]) if found and found[0] is not None else None

    def task_form(self, definition: int, node_id: str, form_key: str | None) -> Form | None:
        """The form of a task: fields in the model, or the form of its key, if it is deployed."""
        process = self.process(definition)
        node = process.nodes.get(node_id)
        if isinstance(node, UserTask) and node.form_fields:
            fields = from_form_fields(node.form_fields, key=node_id, file=process.file)
            return Form.parse(fields, file=process.file)
        return self.form(definition, form_key) if form_key else None

    def form_file(self, definition: int, key: str) -> bytes | None:
        """The file of the form of this key that a definition uses; None when there is none."""
        read, deployment = self._read(), self._views[definition].deployment_id
        found = read.execute(_BOUND_FORM, (deployment, key)).fetchone()
        found = found or read.execute(_LATEST_FORM, (key,)).fetchone()
        if not found or found[0] is None:
            return None
        return read.execute(_FORM, found).fetchone()[2]

    def _form(self, id: int) -> Form:
        form = self._forms.get(id)
        if form is None:
            _, name, content = self._read().execute(_FORM, (id,)).fetchone()
            form = self._forms[id] = Form.read(content, file=name)
        return form


def _running(view: ProcessView) -> ProcessView:
    """The version, unless nothing may start in it."""
    if not view.executable:
        raise ProcessNotExecutable(f"Process is kept for viewing only: {view.key}")
    if view.suspended:
        raise ProcessSuspended(f"Process is suspended: {view.key}")
    return view


def _view(row: tuple) -> ProcessView:
    id, key, version, name, description, form, suspended, deployment, at, by, executable = row
    return ProcessView(
        id, key, version, name, description, bool(form), bool(suspended), deployment, at, by,
        bool(executable),
    )  # fmt: skip
