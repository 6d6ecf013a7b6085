"""People from a table: shown first, then all of it or nothing."""

import pytest

from appliance.actor import Actor
from appliance.box import Box
from appliance.errors import Conflict, InvalidInput

ROOT = Actor.user("root", admin=True)
TABLE = """name;display_name;email;groups;admin
kermit;Kermit the Frog;kermit@example.com;managers finance;yes
fozzie;Fozzie;;managers;no
"""


def take(box: Box, text: str) -> list[str]:
    return box.people_import.take(text, box.people_import.plan(text).mark, ROOT).result(10)


def outcomes(box: Box, text: str) -> list[str]:
    return [line.outcome for line in box.people_import.plan(text).lines]


def test_new_people_with_their_groups(box: Box):
    plan = box.people_import.plan(TABLE)
    assert [line.outcome for line in plan.lines] == ["new", "new"]
    assert sorted(plan.groups) == ["finance", "managers"]
    assert box.people.list() == []
    assert take(box, TABLE) == ["kermit", "fozzie"]
    kermit = box.people.get("kermit")
    assert (kermit.display_name, kermit.email, kermit.admin) == (
        "Kermit the Frog", "kermit@example.com", True,
    )  # fmt: skip
    assert kermit.groups == {"managers", "finance"}
    assert outcomes(box, TABLE) == ["same", "same"]


def test_what_is_missing_stays(box: Box):
    take(box, TABLE)
    assert outcomes(box, "name,display_name\nFozzie,Fozzie Bear\n") == ["change"]
    take(box, "name,display_name\nFozzie,Fozzie Bear\n")
    fozzie = box.people.get("fozzie")
    assert (fozzie.display_name, fozzie.groups) == ("Fozzie Bear", {"managers"})


def test_a_cell_that_is_empty_empties(box: Box):
    take(box, TABLE)
    take(box, "\ufeffname\temail\tgroups\nkermit\t\t\n")
    kermit = box.people.get("kermit")
    assert (kermit.email, kermit.groups, kermit.admin) == ("", frozenset(), True)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a b;;;;", "user name"),
        ("system;;;;", "reserved"),
        ("piggy;;no address;;", "e-mail"),
        ("piggy;;;a/b;", "group name"),
        ("piggy;;;;perhaps", "yes or no"),
        ("KERMIT;;;;", "twice"),
        (f"piggy;{'x' * 101};;;", "longer"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_done(box: Box, line, why):
    text = TABLE + line + "\n"
    plan = box.people_import.plan(text)
    found = [each for each in plan.lines if each.outcome == "wrong"]
    assert [each.number for each in found] == [4]
    assert why in found[0].problem
    with pytest.raises(InvalidInput):
        take(box, text)
    assert box.people.list() == []
    assert box.people.groups() == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "name the columns"),
        ("name\n", "no line"),
        ("email,groups\na@example.com,x\n", "name the columns"),
        ("name,shoe size\nkermit,9\n", "no column shoe_size"),
        ("name,name\na,b\n", "twice"),
        ("name\n" + "a\n" * 10_001, "more than"),
    ],
)
def test_a_table_that_cannot_be_read(box: Box, text, why):
    with pytest.raises(InvalidInput, match=why):
        box.people_import.plan(text)


def test_what_has_changed_since_the_preview_is_shown_again(box: Box):
    mark = box.people_import.plan(TABLE).mark
    box.people.add("fozzie", None).result(10)
    with pytest.raises(Conflict, match="preview"):
        box.people_import.take(TABLE, mark, ROOT)
    assert [user.name for user in box.people.list()] == ["fozzie"]


def test_the_last_administrator_stays_one_and_nothing_else_is_done(box: Box):
    take(box, TABLE)
    with pytest.raises(Conflict, match="last administrator"):
        take(box, "name;admin;groups\nfozzie;no;new-group\nkermit;no;\n")
    assert box.people.get("kermit").groups == {"managers", "finance"}
    assert [group.name for group in box.people.groups()] == ["finance", "managers"]


def test_it_is_told_to_the_audit_log(box: Box):
    take(box, TABLE)
    actions = [entry.action for entry in box.audit.list().items]
    assert actions.count("user.add") == 2
    assert "user.import" in actions
