"""What a deployment would change: version by version, and for what runs already."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.deployment import Deployment
from appliance.errors import ProcessNotFound
from appliance.library import Library
from appliance.store import moving, sqlite
from appliance.views import ProcessView
from engine.correspondence import suggested
from engine.difference import Difference, differences
from engine.model import Process


class Effect(msgspec.Struct, frozen=True):
    """What becomes of one process: ``before`` is its latest version now, None for a new one.

    ``running`` has how many instances stay in which version; ``unmapped`` the steps of the latest
    one, with how many tokens, that would have no counterpart if they were moved.
    """

    key: str
    name: str
    before: ProcessView | None
    differences: list[Difference]
    forms: list[str]
    running: list[tuple[int, int]]
    unmapped: list[tuple[str, int]]


def effects(deployment: Deployment, library: Library, read: sqlite.Connection) -> list[Effect]:
    """What deploying checked files would change; processes that stay as they are not among it."""
    return [
        effect
        for file, process in deployment.processes
        if (effect := _effect(deployment.files[file], deployment, process, library, read))
    ]


def _effect(
    data: bytes,
    deployment: Deployment,
    process: Process,
    library: Library,
    read: sqlite.Connection,
) -> Effect | None:
    name = process.name or process.key
    try:
        before = library.find(process.key)
    except ProcessNotFound:
        return Effect(process.key, name, None, [], [], [], [])
    changed = differences(library.xml(before.id), data)
    forms = [
        key
        for key, (file, _) in deployment.forms.items()
        if library.form_file(before.id, key) not in (None, deployment.files[file])
    ]
    if not changed and not forms:
        return None
    counts = [
        (view.version, moving.running(read, view.id)) for view in library.versions(before.key)
    ]
    return Effect(
        process.key, name, before, changed, forms, [each for each in counts if each[1]],
        _unmapped(library.process(before.id), process, moving.live(read, before.id)),
    )  # fmt: skip


def _unmapped(old: Process, new: Process, live: Mapping[str, int]) -> list[tuple[str, int]]:
    found = suggested(old, new)
    return [
        (old.nodes[node].label, count)
        for node, count in live.items()
        if node in old.nodes and node not in found
    ]
