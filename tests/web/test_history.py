"""The history of a case in words."""

import pytest

from appliance.views import HistoryLine
from web import texts
from web.history import in_words


def said(what: str, detail: str = "", *, by: str = "kermit", name: str = "Review") -> str:
    (line,) = in_words([HistoryLine(0, by, what, "review", name, detail)], "kermit")
    return plain(f"{line.text} | {line.detail}" if line.detail else line.text)


def plain(text: str) -> str:
    """The text without the marks that keep names apart."""
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Started by you", {"what": "started"}),
        ("Started by ERP Integration", {"what": "started", "by": "api:ERP Integration"}),
        ("Completed", {"what": "ended", "detail": "completed"}),
        ("Cancelled by you | Rain: much", {"what": "ended", "detail": "cancelled: Rain: much"}),
        ("Cancelled by you", {"what": "ended", "detail": "cancelled"}),
        ("Review: for you", {"what": "task", "detail": "kermit"}),
        ("Review: waiting", {"what": "task"}),
        ("Review: claimed by you", {"what": "assigned", "detail": "kermit"}),
        ("Review: assigned to fozzie by you", {"what": "assigned", "detail": "fozzie"}),
        ("Review: given back by you", {"what": "assigned"}),
        ("Review: done by you | approve", {"what": "task-completed", "detail": "approve"}),
        ("Review: done by fozzie", {"what": "task-completed", "by": "fozzie"}),
        ("Review: the time was up", {"what": "timer", "by": "system"}),
        ("Review: stopped by a problem | no x", {"what": "incident", "detail": "no x"}),
        ("Suspended by Workingflow", {"what": "suspended", "by": "system"}),
        ("Review | hello", {"what": "log", "detail": "hello"}),
        ("Review | hello", {"what": "never heard of", "detail": "hello"}),
    ],
)  # fmt: skip
def test_a_line_in_words(text, line):
    assert said(**line) == text


def test_the_latest_comes_first():
    lines = [HistoryLine(at, "kermit", "started", "", "P") for at in (1, 2, 3)]
    assert [line.at for line in in_words(lines, "gonzo")] == [3, 2, 1]


def test_a_name_turns_nothing_beside_it():
    (line,) = in_words([HistoryLine(0, "kermit", "task", "x", "\u202eevil", "fozzie")], "kermit")
    assert line.text == "\u2068\u202eevil\u2069: for \u2068fozzie\u2069"
    line = HistoryLine(0, "kermit", "task", "x", "end\u2069\u202eof it", "fozzie")
    assert "\u2068end\u202eof it\u2069: " in in_words([line], "kermit")[0].text


def test_people_are_called_by_the_names_that_they_chose():
    called = {"fozzie": "Fozzie Bear"}
    by = "fozzie for kermit"
    line = HistoryLine(0, by, "assigned", "review", "Review", "gonzo")
    (said,) = in_words([line], "kermit", lambda name: called.get(name, name))
    assert plain(said.text) == "Review: assigned to gonzo by Fozzie Bear for you"


def test_a_task_is_open_to_groups_by_their_titles_and_to_people():
    line = HistoryLine(
        0, "kermit", "task", "review", "Review", groups=["hr", "managers"], users=["fozzie"]
    )
    titles = {"hr": "Human resources"}
    (said,) = in_words([line], "fozzie", group_called=lambda name: titles.get(name, name))
    assert plain(said.text) == "Review: for Human resources, managers, you"


def test_who_did_something_is_you_in_german_too():
    texts.speak("de")
    try:
        assert said("task-completed") == "Review: erledigt durch Sie"
        assert said("delegated", "kermit", by="fozzie") == "Review: an Sie delegiert durch fozzie"
    finally:
        texts.speak("en")
