"""API keys: what lets a program in, what does not, and how soon a change counts."""

import re

import pytest

from appliance.actor import SHELL, USUAL, Rights
from appliance.direct import DirectDatabase
from appliance.errors import (
    Conflict,
    InvalidInput,
    KeyNotFound,
    Overloaded,
    ShuttingDown,
    StorageFull,
)
from appliance.keys import Keys
from tests.appliance.given import DAY, MINUTE, NOON


@pytest.fixture
def new(keys):
    return keys.create("ERP Integration", by=SHELL).result()


@pytest.fixture
def beside(path, clock, database):
    """The keys as a command beside the server sees them."""
    database = DirectDatabase(path)
    yield Keys(database, clock)
    database.close()


def test_a_key_is_shown_once_and_works(keys, new):
    assert re.fullmatch(r"wf_[0-9A-Za-z]{43}", new.text)
    assert new.text not in repr(new)
    assert keys.verify(new.text).name == "ERP Integration"
    (key,) = keys.list()
    assert new.text.startswith(key.prefix)
    assert len(key.prefix) == 11
    assert (key.created, key.created_by, key.active, key.expires) == (NOON, "shell", True, None)


def test_keys_are_all_different(keys):
    texts = {keys.create(f"key {number}").result().text for number in range(200)}
    assert len(texts) == 200
    assert len({text[3] for text in texts}) > 30


def test_only_the_hash_is_kept(keys, new, database):
    kept = database.read().execute("SELECT * FROM api_key").fetchone()
    assert new.text not in map(str, kept)
    assert len(kept[4]) == 32


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text + "\n",
        lambda text: text.lower() + "!",
        lambda text: "Bearer " + text,
        lambda text: "wf_" + "0" * 43,
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
        lambda text: text[:11] + text[:10:-1],
        lambda text: text.replace("wf_", "wg_"),
        lambda text: "wf_" + "ä" * 43,
        lambda text: "wf_" + "\ud800" * 43,
        lambda text: text * 10_000,
    ],
)
def test_any_other_text_is_refused(keys, new, change):
    assert keys.verify(change(new.text)) is None
    assert keys.list()[0].last_used is None


def test_an_inactive_key_is_refused_until_it_is_active_again(keys, new):
    keys.deactivate(new.key.id)
    assert keys.verify(new.text) is None
    keys.activate(new.key.id)
    assert keys.verify(new.text)


def test_a_key_expires_to_the_millisecond(keys, clock):
    new = keys.create("short", expires=NOON + DAY).result()
    clock.advance(DAY - 1)
    assert keys.verify(new.text)
    clock.advance(1)
    assert keys.verify(new.text) is None


def test_a_deleted_key_is_forgotten_and_its_name_is_free(keys, new):
    keys.delete(new.key.id)
    assert keys.verify(new.text) is None
    assert keys.list() == []
    again = keys.create("ERP Integration").result()
    assert keys.verify(again.text)
    assert keys.verify(new.text) is None
    assert again.key.id > new.key.id


def test_before_the_first_key_nothing_is_let_in(keys):
    assert keys.verify("wf_" + "0" * 43) is None


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 65, "a\0b"])
def test_a_key_needs_a_name_of_one_line(keys, name):
    with pytest.raises(InvalidInput):
        keys.create(name)


def test_a_name_is_given_once(keys, new):
    with pytest.raises(Conflict, match="erp integration"):
        keys.create("erp integration")


def test_a_key_cannot_have_expired_at_birth(keys):
    with pytest.raises(InvalidInput, match="past"):
        keys.create("late", expires=NOON)


def test_a_key_that_is_not_there_cannot_be_changed(keys):
    for act in (keys.deactivate, keys.activate, keys.delete, keys.get):
        with pytest.raises(KeyNotFound, match="99"):
            act(99)
    with pytest.raises(KeyNotFound, match="Nobody"):
        keys.get("Nobody")


def test_a_key_is_found_by_name_or_id(keys, new):
    assert keys.get("erp integration") == keys.get(new.key.id) == new.key


def test_a_key_made_or_changed_beside_the_server_counts_at_once(keys, beside, monkeypatch):
    monkeypatch.setattr("appliance.keys.LOOK_EVERY", 0.0)
    assert keys.verify("wf_" + "0" * 43) is None
    new = beside.create("from the command line").result()
    assert keys.verify(new.text).name == "from the command line"
    beside.deactivate(new.key.id)
    assert keys.verify(new.text) is None
    beside.activate(new.key.id)
    assert keys.verify(new.text)
    beside.delete(new.key.id)
    assert keys.verify(new.text) is None


def test_unknown_keys_read_the_table_no_more_than_once(keys, new, database, monkeypatch):
    monkeypatch.setattr("appliance.keys.LOOK_EVERY", 3600.0)
    keys.verify(new.text)
    statements = []
    database.read().set_exec_trace(lambda _, sql, __: statements.append(sql) or True)
    for number in range(100):
        keys.verify(f"wf_{number:043}")
    assert len(statements) == 100
    assert all("revision" in statement for statement in statements)


def test_last_used_is_written_at_most_once_a_minute(keys, new, clock):
    written = []
    for _ in range(6):
        keys.verify(new.text)
        written.append(keys.list()[0].last_used - NOON)
        clock.advance(MINUTE // 2)
    assert written == [0, 0, MINUTE, MINUTE, 2 * MINUTE, 2 * MINUTE]


@pytest.mark.parametrize("refusal", [Overloaded("full"), ShuttingDown("bye"), StorageFull("full")])
def test_programs_get_in_when_nothing_can_be_written(keys, new, database, monkeypatch, refusal):
    def refuse(work):
        raise refusal

    monkeypatch.setattr(database, "write", refuse)
    assert keys.verify(new.text)


def test_the_secret_before_counts_to_the_millisecond(keys, new, clock):
    rotated = keys.rotate(new.key.id, MINUTE).result()
    clock.advance(MINUTE - 1)
    assert keys.verify(new.text) == keys.verify(rotated.text)
    clock.advance(1)
    assert keys.verify(new.text) is None
    assert keys.verify(rotated.text)


def test_only_two_secrets_count_at_a_time(keys, new):
    second = keys.rotate(new.key.id, DAY).result()
    third = keys.rotate(new.key.id, DAY).result()
    accepted = [keys.verify(text) is not None for text in (new.text, second.text, third.text)]
    assert accepted == [False, True, True]


def test_rights_are_kept_and_told_to_the_audit_log(keys, new, database):
    rights = Rights(frozenset({"read", "start"}), frozenset({"b", "a"}))
    keys.change(new.key.id, expires=None, owner="fozzie", rights=rights)
    key = keys.get(new.key.id)
    assert (key.rights, key.owner, keys.verify(new.text).actor.rights) == (rights, "fozzie", rights)
    (detail,) = database.read().execute("SELECT detail FROM audit ORDER BY id DESC").fetchone()
    assert b'"processes":["a","b"]' in detail
    assert new.text.encode() not in detail


def test_a_key_whose_last_day_has_passed_can_still_be_changed(keys, clock):
    new = keys.create("old", expires=NOON + DAY).result()
    clock.advance(2 * DAY)
    keys.change(new.key.id, expires=NOON + DAY, owner="fozzie", rights=USUAL)
    with pytest.raises(InvalidInput, match="past"):
        keys.change(new.key.id, expires=NOON, owner="fozzie", rights=USUAL)
    assert keys.get(new.key.id).owner == "fozzie"
