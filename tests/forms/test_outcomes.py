"""The button that completes a task: which there are, what each of them needs."""

import pytest

from engine.errors import FormInvalid
from tests.forms.given import check, field, form

REVIEW = form(
    field("textarea", key="comment", validate={"wf:requiredFor": ["revise", "reject"]}),
    field("number", key="score", validate={"required": True}),
    **{
        "wf:outcomeVariable": "decision",
        "wf:outcomes": ["approve", "revise", {"value": "later", "checked": False}],
    },
)


@pytest.mark.parametrize("outcome", ["", "maybe", "Approve"])
def test_one_of_the_outcomes_must_be_chosen(outcome):
    checked = check(REVIEW, {"score": 1}, outcome=outcome)
    assert checked.errors == {"": ["choose one of the outcomes: approve, revise, later"]}
    with pytest.raises(FormInvalid) as refused:
        checked.or_raise()
    assert refused.value.code == "VALIDATION_FAILED"


def test_a_form_without_outcomes_takes_none():
    assert check(form(), {}, outcome="approve").errors == {
        "": ["this form has no outcomes to choose from"]
    }
    assert check(form(), {}).or_raise().values == {}


def test_the_outcome_is_a_variable():
    checked = check(REVIEW, {"score": 1}, outcome="approve")
    assert checked.errors == {}
    assert checked.outcome == "approve"
    assert checked.values == {"decision": "approve", "comment": "", "score": 1}
    plain = form(**{"wf:outcomes": ["yes"]})
    assert check(plain, {}, outcome="yes").values == {"form_test_outcome": "yes"}


def test_some_outcomes_need_more():
    assert check(REVIEW, {"score": 1}, outcome="revise").errors == {"comment": ["is required"]}
    assert not check(REVIEW, {"score": 1, "comment": "why"}, outcome="revise").errors


def test_an_outcome_that_is_not_checked_needs_nothing_but_sense():
    assert check(REVIEW, {}, outcome="later").errors == {}
    assert check(REVIEW, {"score": "x"}, outcome="later").errors == {"score": ["is not a number"]}
