"""What the forms of the demos promise beyond what a scenario can tell: files, and what is shown."""

from datetime import UTC, datetime
from typing import Any

from engine.forms import Form, FormView, Upload
from processes import SHIPPED

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OLD = "00000001_hotel.pdf"
REPORT = {
    "title": "Hotel",
    "amount": 240,
    "currency": "CHF",
    "category": "accommodation",
    "expenseDate": "2026-01-02",
    "receipt": [OLD],
    "notes": "",
    "reviewComment": "Which **town**?",
}


def shipped(name: str) -> Form:
    """A form of the demos."""
    files = {file: data for each in SHIPPED for file, data in each.files().items()}
    return Form.read(files[name], file=name)


def view(name: str, data: dict[str, Any]) -> FormView:
    """A form as a page gets it."""
    return shipped(name).view(data, now=NOW)


def files(shown: FormView) -> list[str]:
    """The files that a page lists."""
    return [file.label for item in shown.items() for file in item.files]


def test_receipts_stay_through_a_revision_and_more_can_be_added():
    revision = shipped("expense-revision.form")
    assert files(view("expense-revision.form", REPORT)) == ["hotel.pdf"]
    more = Upload("00000002_taxi.pdf", "taxi.pdf", 9, b"%PDF-1.7\n")
    checked = revision.check({"notes": "Basel"}, {"receipt": [more]}, REPORT, now=NOW)
    assert checked.errors == {}
    assert checked.values["receipt"] == [OLD, "00000002_taxi.pdf"]
    for later in ("expense-review.form", "expense-payment.form"):
        assert files(view(later, {**REPORT, **checked.values})) == ["hotel.pdf", "taxi.pdf"]


def test_what_is_no_receipt_is_refused():
    page = Upload("00000002_receipt.pdf", "receipt.pdf", 6, b"<html>")
    checked = shipped("expense-report.form").check({}, {"receipt": [page]}, REPORT, now=NOW)
    assert checked.errors == {"receipt": ["receipt.pdf is not one of: .pdf, image/*"]}


def test_the_comment_is_shown_to_whoever_revises_as_it_was_written():
    (text,) = [
        item for item in view("expense-revision.form", REPORT).items() if item.type == "text"
    ]
    assert text.text == r"**Sent back:** Which \*\*town\*\*?"


def test_a_review_says_when_it_is_overdue_and_what_was_said_before():
    def texts(**more: Any) -> list[str]:
        shown = view("expense-review.form", {**REPORT, **more})
        return [item.text for item in shown.items() if item.type == "text"]

    assert texts(reviewOverdue=False, previousComment="") == []
    late, before = texts(reviewOverdue=True, previousComment="Which town?")
    assert late.startswith("**Overdue.**")
    assert "Which town?" in before


def test_a_time_that_a_program_chose_stays_chosen():
    def chosen(**data: Any) -> str:
        items = view("expense-report.form", data).items()
        return next(item.text for item in items if item.name == "reviewSla")

    assert chosen() == "P2D"
    assert chosen(reviewSla="PT1M") == "PT1M"
    assert chosen(reviewSla="PT90S") == "PT90S"
