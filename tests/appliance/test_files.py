"""Uploads: their names, their bytes, and that none is lost or left over."""

import errno
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.box import Box
from appliance.config import Config
from appliance.errors import InvalidInput, StorageFull, StoredFileNotFound, TooLarge
from appliance.files import Received, plain_name, safe_name
from engine.errors import FormInvalid
from tests.appliance.processes import (
    ADMIN,
    ERP,
    FORM,
    KERMIT,
    WITH_FORM,
    deploy,
    start,
    task_xml,
)

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PDF = b"%PDF-1.7\n" + b"x" * 100


def receive(box: Box, name: str, data: bytes = PDF) -> Received:
    incoming = box.files.receive(name)
    for start_at in range(0, len(data), 1000):
        incoming.write(data[start_at : start_at + 1000])
    return incoming.finish()


def everything(box: Box) -> list[str]:
    """The names of all files of the box, drafts too."""
    roots = (box.directory.files, box.directory.tmp)
    return sorted(path.name for root in roots for path in root.rglob("*") if path.is_file())


@pytest.fixture
def task(box) -> int:
    deploy(box, task_xml(attributes=WITH_FORM), "expense", expense=FORM)
    id = box.instances.start("expense", {}, ERP).result(10).instance_id
    return box.instances.status(id).tasks[0].id


def complete(box: Box, task: int, *files: Received, title: str = "Train"):
    uploads = {"receipt": list(files)} if files else {}
    return box.tasks.complete(task, KERMIT, {"title": title}, uploads, now=NOW)


def test_an_upload_belongs_to_its_instance(box, task):
    id = box.tasks.get(task, KERMIT).instance_id
    received = receive(box, "receipt.pdf")
    complete(box, task, received).result(10)
    [stored] = box.instances.status(id).files
    assert stored.name == received.stored_name
    assert stored.name.endswith("_receipt.pdf")
    assert len(stored.name) == len("a3f8b2c1_receipt.pdf")
    assert (stored.original_name, stored.content_type) == ("receipt.pdf", "application/pdf")
    assert (stored.size, stored.uploaded_by) == (len(PDF), "kermit")
    assert (stored.uploaded_at, stored.task_id) == (box.clock(), task)
    assert box.files.open(id, stored.name).path.read_bytes() == PDF
    assert box.instances.status(id).variables["receipt"] == [stored.name]
    assert everything(box) == [stored.name]


def test_a_file_of_another_instance_is_not_found(box, task):
    other = box.instances.start("expense", {}, ERP).result(10).instance_id
    received = receive(box, "receipt.pdf")
    complete(box, task, received).result(10)
    for name in (received.stored_name, "nope.pdf", "../../secret.key", "", "%00", "x" * 10_000):
        with pytest.raises(StoredFileNotFound):
            box.files.open(other, name)


def test_a_file_of_a_called_instance_is_the_callers_too(box):
    deploy(box, task_xml("inner", WITH_FORM), "inner", expense=FORM)
    call = '<callActivity id="call" calledElement="inner"/>'
    id = start(box, f"{call}\nstart > call > end", "outer")
    task = box.instances.status(id).tasks[0].id
    complete(box, task, receive(box, "receipt.pdf")).result(10)
    [stored] = box.instances.status(id).files
    assert stored.instance_id != id
    own = box.files.open(stored.instance_id, stored.name)
    assert box.files.open(id, stored.name).path == own.path


def test_a_row_whose_bytes_are_gone_is_not_found_and_logged(box, task, caplog):
    received = receive(box, "receipt.pdf")
    done = complete(box, task, received).result(10)
    received.path.unlink()
    with caplog.at_level(logging.ERROR), pytest.raises(StoredFileNotFound):
        box.files.open(done.instance_id, received.stored_name)
    assert "gone" in caplog.text
    assert box.files.list(done.instance_id)


def test_an_upload_of_a_refused_form_is_dropped(box, task):
    with pytest.raises(FormInvalid):
        complete(box, task, receive(box, "receipt.pdf"), title="")
    assert everything(box) == []


def test_an_upload_of_a_refused_command_is_dropped(box, task):
    kept, dropped = receive(box, "kept.pdf"), receive(box, "dropped.pdf")
    first, second = complete(box, task, kept), complete(box, task, dropped)
    first.result(10)
    with pytest.raises(Exception, match="completed by kermit"):
        second.result(10)
    assert everything(box) == [kept.stored_name]
    assert box.store.read().execute("SELECT count(*) FROM file").fetchone() == (1,)


def test_an_upload_without_a_form_is_refused_and_dropped(box):
    id = start(box, task_xml(), "expense")
    task = box.instances.status(id).tasks[0].id
    with pytest.raises(InvalidInput):
        box.tasks.complete(task, ADMIN, {}, {"x": [receive(box, "a.pdf")]}, now=NOW)
    assert everything(box) == []


def test_a_start_form_takes_files_too(box):
    deploy(box, task_xml(start='flowable:formKey="expense"'), "expense", expense=FORM)
    received = receive(box, "receipt.pdf")
    started = box.instances.start_with_form(
        "expense", {"title": "Train"}, {"receipt": [received]}, KERMIT, now=NOW
    ).result(10)
    [stored] = box.instances.status(started.instance_id).files
    assert (stored.name, stored.task_id) == (received.stored_name, None)


def test_too_large_is_refused_while_it_comes(tmp_path):
    box = Box(Config(data=tmp_path / "data", demos=False, upload_limit=2500))
    with pytest.raises(TooLarge, match=r"big\.bin"):
        receive(box, "big.bin", b"x" * 3000)
    assert everything(box) == []
    assert receive(box, "fits.bin", b"x" * 2500).size == 2500
    box.close()


def test_an_empty_file_is_a_file(box):
    assert receive(box, "empty.txt", b"").size == 0


def test_a_draft_that_is_given_up_is_gone(box):
    incoming = box.files.receive("x.txt")
    incoming.write(b"half")
    incoming.discard()
    incoming.discard()
    assert everything(box) == []


def test_a_full_disk_is_told_and_leaves_nothing(box, monkeypatch):
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    incoming = box.files.receive("x.txt")
    incoming.write(b"abc")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull):
        incoming.finish()
    monkeypatch.undo()
    assert everything(box) == []


def test_uploads_that_a_crash_left_over_are_removed_at_the_next_start(box, task, tmp_path):
    kept = receive(box, "kept.pdf")
    complete(box, task, kept).result(10)
    kept.mark.hardlink_to(kept.path)  # as if the process had died right after the commit
    orphan = receive(box, "orphan.pdf")
    _, draft = box.files.draft()
    draft.close()
    box.close()
    again = Box(Config(data=tmp_path / "data", demos=False))
    assert everything(again) == [kept.stored_name]
    assert not orphan.path.exists()
    again.close()


def test_what_is_doomed_goes_even_if_its_upload_is_kept_just_then(box, task, tmp_path):
    late = receive(box, "late.pdf")
    complete(box, task, late).result(10)
    box.files.doom([late.stored_name])
    box.files.keep([late])
    box.store.write(lambda connection: connection.execute("DELETE FROM file")).result(10)
    box.close()  # as if the process had died before the file went
    again = Box(Config(data=tmp_path / "data", demos=False))
    assert everything(again) == []
    again.close()


def test_bytes_are_on_the_disk_before_their_row(box, monkeypatch):
    done: list[str] = []
    original = os.fsync

    def note(handle: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        original(handle)

    monkeypatch.setattr(os, "fsync", note)
    received = receive(box, "receipt.pdf")
    assert done[0].startswith(str(box.directory.tmp))
    assert done[-1] == str(received.path.parent)


# --- names


@pytest.mark.parametrize(
    ("given", "plain", "safe"),
    [
        ("receipt.pdf", "receipt.pdf", "receipt.pdf"),
        ("../../etc/passwd", "passwd", "passwd"),
        ("C:\\Users\\me\\Beleg Mai.pdf", "Beleg Mai.pdf", "Beleg_Mai.pdf"),
        ("a\0b\r\n.pdf", "ab.pdf", "ab.pdf"),
        ("Übersicht größe.xlsx", "Übersicht größe.xlsx", "Übersicht_größe.xlsx"),
        ("领收书.pdf", "领收书.pdf", "领收书.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe", "evilfdp.exe"),
        ("..", "file", "file"),
        ("", "file", "file"),
        ("   ", "file", "file"),
        (".htaccess", ".htaccess", "htaccess"),
        ("-rf", "-rf", "rf"),
        ('a"b<c>.html', 'a"b<c>.html', "a_b_c_.html"),
        ("dir/", "file", "file"),
    ],
)
def test_names_are_kept_readable_and_harmless(given, plain, safe):
    assert plain_name(given) == plain
    assert safe_name(plain) == safe


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".pdf", "ü" * 300 + ".pdf", "x." + "y" * 300, "日" * 255]
)
def test_long_names_fit_and_keep_their_kind(box, name):
    received = receive(box, name)
    assert len(received.stored_name.encode()) <= 200
    assert len(received.original_name) <= 255
    assert received.path.is_file()
    if name.endswith(".pdf"):
        assert received.stored_name.endswith(".pdf")
        assert received.original_name.endswith(".pdf")


def test_a_name_is_never_believed_against_the_bytes(box):
    assert receive(box, "photo.png", b"<html><script>alert(1)</script>").content_type != "image/png"
    assert receive(box, "page.txt", PDF).content_type == "application/pdf"
    assert receive(box, "notes.txt", b"hello").content_type == "text/plain"
    assert receive(box, "what", b"\x00\x01").content_type == "application/octet-stream"
