"""Deployments as rows: only what differs from the latest version of a process or form is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from appliance.deployment import Deployment
from appliance.store import chain, start_triggers
from appliance.store.transaction import Transaction
from appliance.views import ProcessView
from engine.errors import Finding, ModelInvalid
from engine.model import Process
from engine.starts import StartTrigger

_LATEST = """
SELECT d.id, d.version, d.digest, d.suspended, d.deployment, p.at, p.by
FROM definition d JOIN deployment p ON p.id = d.deployment
WHERE d.key = ? ORDER BY d.version DESC LIMIT 1
"""
_LATEST_FORM = "SELECT digest FROM form WHERE key = ? ORDER BY id DESC LIMIT 1"
_DEPLOYMENT = "INSERT INTO deployment (id, at, by) VALUES (?, ?, ?)"
_RESOURCE = "INSERT INTO resource (deployment, name, digest, content) VALUES (?, ?, ?, ?)"
_FORM = "INSERT INTO form (id, key, deployment, resource, digest) VALUES (?, ?, ?, ?, ?)"
_DEFINITION = """
INSERT INTO definition (id, key, version, deployment, resource, name, description, has_start_form,
    suspended, digest, executable)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
"""


def write(
    transaction: Transaction,
    deployment: Deployment,
    starts: Mapping[str, Sequence[StartTrigger]],
    now: int,
    by: str,
) -> list[ProcessView]:
    """Store what is new of a checked deployment, within a savepoint.

    ``starts`` tells, by process key, what starts a process by itself from now on.
    Returns its processes in the order of the files; what is not new is marked ``unchanged``.
    """
    latest = {process.key: _latest(transaction, process.key) for _, process in deployment.processes}
    digests = {
        process.key: deployment.digest(file, process) for file, process in deployment.processes
    }
    new = {key for key, row in latest.items() if row is None or row[2] != digests[key]}
    if not new and not any(_is_new_form(transaction, deployment, key) for key in deployment.forms):
        return [_unchanged(process, latest[process.key]) for _, process in deployment.processes]
    id = transaction.new_id()
    transaction.connection.execute(_DEPLOYMENT, (id, now, by))
    _write_files(transaction, deployment, id)
    views: list[ProcessView] = []
    for file, process in deployment.processes:
        before = latest[process.key]
        if process.key in new:
            version = before[1] + 1 if before else 1
            view = _view(process, transaction.new_id(), version, id, now, by)
            _write_definition(transaction, view, file, digests[process.key])
            start_triggers.replace(transaction, process.key, view.id, starts[process.key])
            _refuse_contested(transaction, process, file, starts[process.key])
        else:
            view = _unchanged(process, before)
        views.append(view)
    facts = [f"{view.key}:{view.version}" for view in views if not view.unchanged]
    chain.record(
        transaction.connection, now, by, "process.deploy", ", ".join(facts), deployment=id,
        forms=sorted(deployment.forms),
    )  # fmt: skip
    return views


def _latest(transaction: Transaction, key: str) -> tuple | None:
    return transaction.connection.execute(_LATEST, (key,)).fetchone()


def _is_new_form(transaction: Transaction, deployment: Deployment, key: str) -> bool:
    row = transaction.connection.execute(_LATEST_FORM, (key,)).fetchone()
    return row is None or row[0] != deployment.digests[deployment.forms[key][0]]


def _write_files(transaction: Transaction, deployment: Deployment, id: int) -> None:
    connection = transaction.connection
    for name, data in deployment.files.items():
        connection.execute(_RESOURCE, (id, name, deployment.digests[name], data))
    for key, (name, _) in deployment.forms.items():
        row = (transaction.new_id(), key, id, name, deployment.digests[name])
        connection.execute(_FORM, row)


def _write_definition(
    transaction: Transaction, view: ProcessView, file: str, digest: bytes
) -> None:
    transaction.connection.execute(
        _DEFINITION,
        (view.id, view.key, view.version, view.deployment_id, file, view.name, view.description,
         view.has_start_form, digest, view.executable),
    )  # fmt: skip


def _refuse_contested(
    transaction: Transaction, process: Process, file: str, triggers: Sequence[StartTrigger]
) -> None:
    """Raises ModelInvalid when a message that starts this process starts another one, too."""
    for trigger in triggers:
        if trigger.kind != "message":
            continue
        other = start_triggers.other_start(transaction, process.key, trigger)
        if other is not None:
            why = f"the message {trigger.name!r} starts {other!r}: suspend that one, or rename it"
            node = process.nodes[trigger.node]
            raise ModelInvalid(
                [Finding("error", "contested-message", why, node.id, node.line, file)]
            )


def _view(
    process: Process, id: int, version: int, deployment: int, now: int, by: str
) -> ProcessView:
    return ProcessView(
        id, process.key, version, process.name or process.key, process.documentation,
        process.executable and process.has_start_form, False, deployment, now, by,
        process.executable,
    )  # fmt: skip


def _unchanged(process: Process, row: tuple | None) -> ProcessView:
    assert row is not None
    id, version, _, suspended, deployment, at, by = row
    return ProcessView(
        id, process.key, version, process.name or process.key, process.documentation,
        process.executable and process.has_start_form, bool(suspended), deployment, at, by,
        process.executable, True,
    )  # fmt: skip
