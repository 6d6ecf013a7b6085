"""Instances with a receipt that have ended: what backups hold and retention lets go of."""

from __future__ import annotations

from datetime import UTC, datetime

from appliance.box import Box
from appliance.library import Library
from appliance.store.replay import differences
from appliance.store.soundness import damage, unsound
from tests.appliance.processes import ERP, FORM, KERMIT, WITH_FORM, deploy, task_xml

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def begun(box: Box, key: str = "expense") -> int:
    """Start an instance that waits for its receipt."""
    deploy(box, task_xml(key, WITH_FORM), key, expense=FORM)
    return box.instances.start(key, {"note": "x" * 500}, ERP).result(10).instance_id


def finish(box: Box, id: int, receipt: bytes = b"%PDF-1.7\n" + b"x" * 5000) -> str:
    """Hand the receipt in; the stored name."""
    [task] = box.instances.status(id).tasks
    incoming = box.files.receive("receipt.pdf")
    incoming.write(receipt)
    received = incoming.finish()
    done = box.tasks.complete(task.id, KERMIT, {"title": "Train"}, {"receipt": [received]}, now=NOW)
    done.result(10)
    return received.stored_name


def ended(box: Box, key: str = "expense", count: int = 1) -> list[int]:
    """Instances that have ended, each with a receipt."""
    ids = [begun(box, key) for _ in range(count)]
    for id in ids:
        finish(box, id)
    return ids


def check(box: Box) -> None:
    """Nothing is damaged, and no rule is broken; rows tell what the journal tells; files fit."""
    read = box.store.read()
    assert damage(read) == []
    assert unsound(read) == []
    library = Library(box.store.read)
    for (root,) in read.execute("SELECT id FROM instance WHERE parent IS NULL").fetchall():
        assert differences(read, root, library.process) == []
    rows = dict(read.execute("SELECT stored, size FROM file"))
    there = {p.name: p.stat().st_size for p in box.directory.files.rglob("*") if p.is_file()}
    assert there == rows
    assert list(box.directory.tmp.iterdir()) == []
