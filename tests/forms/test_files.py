"""File fields: how many, how big, what they really are, and which earlier ones stay."""

import pytest

from engine.forms import sniff
from tests.forms.given import PDF, PNG, check, field, form, item, upload, view

RECEIPT = field(
    "filepicker",
    accept=".pdf,image/*",
    multiple=True,
    validate={"required": True, "wf:maxFiles": 3, "wf:maxSize": 1024},
)
ONE = field("filepicker")


def errors(component, *uploads, sent=None, data=None):
    """What is wrong with uploads for ``x``."""
    values = {} if sent is None else {"x": sent}
    return check(form(component), values, data, uploads={"x": list(uploads)}).errors.get("x", [])


@pytest.mark.parametrize(
    ("uploads", "said"),
    [
        ([], "is required"),
        ([upload(head=b"")], "receipt.pdf is empty"),
        ([upload(size=1025)], "receipt.pdf is larger than 1 KB"),
        ([upload(head=b"<html>")], "receipt.pdf is not one of: .pdf, image/*"),
        ([upload("page.html", b"<html>")], "page.html is not one of: .pdf, image/*"),
        ([upload("picture.pdf", PNG)], None),
        ([upload("run.png", b"MZ\x90\x00")], "run.png is not one of: .pdf, image/*"),
        ([upload("a.pdf")] * 4, "takes at most 3 files"),
        ([upload("a.PDF"), upload("b.png", PNG), upload("c.jpg", b"\xff\xd8\xff\xe0")], None),
    ],
)
def test_uploads_are_checked_by_count_size_and_content(uploads, said):
    assert errors(RECEIPT, *uploads) == ([said] if said else [])


def test_a_field_without_accept_takes_anything_that_is_not_empty():
    assert errors(ONE, upload("page.html", b"<html>")) == []
    assert errors(ONE, upload("nothing", b"")) == ["nothing is empty"]


def test_a_single_file_replaces_the_earlier_one():
    checked = check(form(ONE), {}, {"x": ["00000001_old.pdf"]}, uploads={"x": [upload("new.pdf")]})
    assert checked.values == {"x": ["00000000_new.pdf"]}
    two = [upload("a.pdf"), upload("b.pdf")]
    assert errors(ONE, *two) == ["takes one file only; remove the earlier one first"]


def test_earlier_files_stay_until_they_are_removed():
    given = form(RECEIPT)
    data = {"x": ["00000001_a.pdf", "00000002_b.pdf"]}

    def kept(values, *uploads):
        return check(given, values, data, uploads={"x": list(uploads)}).values["x"]

    assert kept({}) == data["x"]
    assert kept({}, upload("c.pdf")) == [*data["x"], "00000000_c.pdf"]
    assert kept({"x": {"remove": ["00000001_a.pdf"]}}) == ["00000002_b.pdf"]
    assert kept({"x": ["00000002_b.pdf"]}) == ["00000002_b.pdf"]
    assert kept({"x": {"remove": ["unknown"]}}) == data["x"]
    assert check(given, {"x": []}, data).errors == {"x": ["is required"]}
    assert check(given, {"x": {"remove": data["x"]}}, data).errors == {"x": ["is required"]}


def test_nobody_may_name_a_file_that_was_never_here():
    data = {"x": ["00000001_a.pdf"]}
    assert errors(RECEIPT, sent=["00000009_secret.pdf"], data=data) == [
        "names a file that is not here"
    ]
    assert errors(RECEIPT, sent="../../etc/passwd", data=data) == ["names a file that is not here"]


def test_a_file_for_a_field_that_takes_none_is_refused():
    for given in (form(), form(field("textfield"))):
        checked = check(given, {}, uploads={"x": [upload()]})
        assert checked.errors == {"x": ["is not a file field of this form"]}


def test_files_of_a_hidden_or_read_only_field_are_not_kept():
    for lock in ({"readonly": True}, {"conditional": {"hide": "=true"}}):
        checked = check(form(RECEIPT | lock), {}, uploads={"x": [upload()]})
        assert checked.errors == {}
        assert (checked.values, checked.files) == ({}, frozenset())
    assert check(form(RECEIPT), {}, uploads={"x": [upload()]}).files == {"00000000_receipt.pdf"}


def test_a_variable_that_holds_no_file_names_is_no_file():
    for stored in (None, 3, {"a": 1}, [None, 2]):
        assert check(form(ONE), {}, {"x": stored}).values == {"x": []}
    assert check(form(ONE), {}, {"x": "00000001_a.pdf"}).values == {"x": ["00000001_a.pdf"]}


def test_what_a_page_shows_of_files():
    data = {"x": ["00000001_a.pdf", "00000002_b.pdf"]}
    shown = item(form(RECEIPT), data=data, files={"00000001_a.pdf": "Rechnung Nr. 1.pdf"})
    assert [(file.name, file.label) for file in shown.files] == [
        ("00000001_a.pdf", "Rechnung Nr. 1.pdf"),
        ("00000002_b.pdf", "b.pdf"),
    ]
    assert (shown.accept, shown.multiple, shown.max_files, shown.max_size) == (
        ".pdf,image/*", True, 3, 1024,
    )  # fmt: skip
    assert view(form(RECEIPT)).has_files
    preview = form({"type": "documentPreview", "dataSource": "=x"})
    assert [file.label for file in view(preview, data).items()[0].files] == ["a.pdf", "b.pdf"]
    assert view(preview).items()[0].files == ()


def test_files_in_rows():
    rows = {"type": "dynamiclist", "path": "items", "components": [RECEIPT]}
    checked = check(form(rows), {"items": [{}, {}]}, uploads={"items[1].x": [upload("b.pdf")]})
    assert checked.errors == {"items[0].x": ["is required"]}


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.pdf", b"text", "application/octet-stream"),
        ("a.txt", PDF, "application/pdf"),
        ("a.txt", b"text", "text/plain"),
        ("a.csv", b"a;b", "text/csv"),
        ("a.svg", b"<svg", "image/svg+xml"),
        ("a", b"text", "application/octet-stream"),
        ("a.zip", b"PK\x03\x04" + bytes(40), "application/zip"),
        (
            "a.odt",
            b"PK\x03\x04" + bytes(40),
            "application/vnd.oasis.opendocument.text",
        ),
        ("a.png", b"", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file_is_what_its_bytes_say(name, head, kind):
    assert sniff.content_type(name, head) == kind


def test_accept_is_read_as_html_reads_it():
    assert sniff.accepted("a.jpeg", "image/jpeg", [".jpg"])
    assert sniff.accepted("a.bin", "application/pdf", ["application/pdf"])
    assert sniff.accepted("A.BPMN", "application/octet-stream", [".bpmn"])
    assert sniff.accepted("a", "text/plain", ["", " "])
    assert not sniff.accepted("a.pdf", "text/html", [".pdf"])
    assert not sniff.accepted("a.gif", "image/gif", ["image/png", ".webp"])
