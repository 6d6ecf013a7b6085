"""Drafts: whose they are, how they are saved, and that nobody overwrites anybody unseen."""

from __future__ import annotations

import pytest

from appliance.actor import Actor
from appliance.box import Box
from appliance.drafts import Draft
from appliance.errors import DraftChanged, DraftNotFound
from engine.errors import ModelInvalid
from tests.appliance.given import MINUTE, Clock
from tests.play import as_xml

KERMIT, PIGGY = Actor.user("kermit", admin=True), Actor.user("piggy", admin=True)


def model(text: str = "start > a > end", key: str = "orders") -> bytes:
    return as_xml(text, key).encode()


@pytest.fixture
def draft(box: Box) -> Draft:
    return box.drafts.create(model(), KERMIT).result(10)


def test_a_draft_is_known_by_its_process(box: Box, draft: Draft):
    assert (draft.process, draft.owner, draft.revision, draft.base) == ("orders", "kermit", 1, None)
    assert box.drafts.content(draft.id) == model()
    assert box.drafts.of_process("orders") == [draft]
    assert box.drafts.of_process("other") == []


def test_a_save_follows_the_model(box: Box, clock: Clock, draft: Draft):
    clock.advance(MINUTE)
    saved = box.drafts.save(draft.id, model(key="bills"), 1, PIGGY).result(10)
    assert (saved.process, saved.revision, saved.changed_by) == ("bills", 2, "piggy")
    assert (saved.owner, saved.created, saved.changed) == ("kermit", draft.created, clock.now)
    assert box.drafts.content(draft.id) == model(key="bills")


def test_what_somebody_else_saved_meanwhile_stays(box: Box, draft: Draft):
    box.drafts.save(draft.id, model("start > theirs > end"), 1, PIGGY).result(10)
    with pytest.raises(DraftChanged, match="piggy has saved"):
        box.drafts.save(draft.id, model("start > mine > end"), 1, KERMIT).result(10)
    assert box.drafts.content(draft.id) == model("start > theirs > end")


def test_what_is_no_model_is_refused(box: Box, draft: Draft):
    with pytest.raises(ModelInvalid, match="not XML"):
        box.drafts.save(draft.id, b"<broken", 1, KERMIT)
    with pytest.raises(ModelInvalid):
        box.drafts.create(b"<html/>", KERMIT)
    assert box.drafts.get(draft.id) == draft


def test_a_model_that_cannot_run_yet_is_a_draft(box: Box):
    unfinished = model().replace(b"<endEvent", b"<nonsense")
    assert box.drafts.create(unfinished, KERMIT).result(10).process == "orders"


def test_the_list_begins_with_what_was_changed_last(box: Box, clock: Clock, draft: Draft):
    clock.advance(MINUTE)
    other = box.drafts.create(model(key="bills"), PIGGY, base=3).result(10)
    assert [each.id for each in box.drafts.list()] == [other.id, draft.id]
    assert other.base == 3


def test_a_draft_is_thrown_away(box: Box, draft: Draft):
    box.drafts.delete(draft.id).result(10)
    for missing in (lambda: box.drafts.get(draft.id), lambda: box.drafts.content(draft.id)):
        with pytest.raises(DraftNotFound):
            missing()
    with pytest.raises(DraftNotFound):
        box.drafts.delete(draft.id).result(10)
    with pytest.raises(DraftNotFound):
        box.drafts.save(draft.id, model(), 1, KERMIT).result(10)
