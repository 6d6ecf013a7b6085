"""Checks find what is wrong with a data directory, each by its name, also beside a server."""

import pytest

from appliance.checks import checks
from tests.appliance.ended import begun, ended


def found(box, **how) -> dict[str, list[str]]:
    return {each.name: each.problems for each in checks(box.directory, **how)}


def spoil(box, sql: str) -> None:
    box.store.write(lambda connection: connection.execute(sql)).result(10)


@pytest.fixture
def used(box):
    ended(box)
    begun(box)
    return box


def test_all_is_well(used):
    looks = list(checks(used.directory))
    assert [(each.name, each.problems) for each in looks] == [
        ("database", []), ("rules", []), ("journal", []), ("files", []), ("audit", []),
    ]  # fmt: skip
    assert [each.looked_at for each in looks[2:]] == [2, 1, 1]


@pytest.mark.parametrize(
    ("sql", "name", "problem"),
    [
        ("UPDATE instance SET status = NULL WHERE ended IS NOT NULL", "rules", "without a status"),
        ("UPDATE task SET name = 'x' WHERE ended IS NULL", "rules", "inbox"),
        ("UPDATE activity SET node = 'x' WHERE ended IS NULL", "journal", "journal"),
        ("UPDATE file SET size = size + 1", "files", "bytes, not"),
        ("UPDATE audit SET by = 'x'", "audit", "changed"),
        ("DELETE FROM file", "files", "belongs to nothing"),
    ],
)
def test_what_is_wrong_is_named(used, sql, name, problem):
    spoil(used, sql)
    problems = found(used)
    assert problem in problems[name][0]


def test_a_missing_file_is_named(used):
    [path] = used.directory.files.rglob("*.pdf")
    path.unlink()
    assert found(used)["files"] == [f"{path.name} is missing"]


def test_an_upload_on_its_way_is_no_problem(used):
    incoming = used.files.receive("x.pdf")
    incoming.write(b"x")
    received = incoming.finish()
    assert found(used)["files"] == []
    received.mark.unlink()
    assert found(used)["files"] == [f"{received.stored_name} belongs to nothing"]


def test_some_are_replayed_or_all(used, monkeypatch):
    monkeypatch.setattr("appliance.checks.SAMPLE", 4)
    ended(used, count=4)
    assert [each.looked_at for each in checks(used.directory) if each.name == "journal"] == [4]
    every = list(checks(used.directory, every=True))
    assert [each.looked_at for each in every if each.name == "journal"] == [6]
