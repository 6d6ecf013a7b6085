"""A person leaves: what hangs on them is seen, and goes to somebody else in one step."""

import pytest

from appliance.actor import Actor
from appliance.box import Box
from appliance.errors import Conflict, InvalidInput, UserNotFound
from tests.appliance.processes import deploy, start, task_xml

ROOT = Actor.user("root", admin=True)
GONZO = Actor.user("gonzo")


@pytest.fixture
def people(box: Box) -> Box:
    box.people.add("root", None, admin=True).result(10)
    box.people.add_group("finance").result(10)
    for name in ("piggy", "gonzo"):
        box.people.add(name, None, groups=["finance"]).result(10)
    return box


def task(box: Box, attributes: str) -> int:
    id = start(box, task_xml(attributes=attributes), "expense")
    return box.instances.status(id).tasks[0].id


def leave(box: Box, name: str, heir: str = "") -> int | None:
    batch = box.leaving.leave(name, heir, ROOT).result(10)
    box.batches.work()
    return batch


def seen(box: Box, id: int) -> tuple[object, ...]:
    found = box.tasks.get(id, ROOT)
    return found.assignee, found.owner, sorted(found.candidate_users)


def test_everything_goes_to_the_heir(people: Box):
    mine = task(people, 'flowable:assignee="piggy"')
    offered = task(people, 'flowable:candidateUsers="piggy,walter"')
    taken = task(people, 'flowable:assignee="gonzo" flowable:candidateUsers="piggy"')
    lent = task(people, 'flowable:assignee="piggy"')
    people.tasks.delegate(lent, "gonzo", Actor.user("piggy")).result(10)
    key = people.keys.create("scanner", by=Actor.user("piggy")).result(10)
    left = people.leaving.review("piggy")
    assert [held.id for held in left.tasks] == [mine, offered, taken, lent]
    assert [held.alone for held in left.tasks] == [True, False, True, True]
    assert [each.name for each in left.keys] == ["scanner"]

    batch = leave(people, "piggy", "root")
    assert batch is not None
    assert people.batches.refused(batch) == []
    assert seen(people, mine) == ("root", None, [])
    assert seen(people, offered) == (None, None, ["root", "walter"])
    assert seen(people, taken) == ("gonzo", None, ["root"])
    assert seen(people, lent) == ("gonzo", "root", [])
    assert people.keys.verify(key.text)
    assert people.keys.get("scanner").owner == "root"
    piggy = people.people.get("piggy")
    assert (piggy.active, piggy.groups) == (False, frozenset())
    after = people.leaving.review("piggy")
    assert (after.tasks, after.keys) == ([], [])


def test_without_an_heir_tasks_go_back_and_keys_stop(people: Box):
    shared = task(people, 'flowable:assignee="piggy" flowable:candidateGroups="finance"')
    alone = task(people, 'flowable:assignee="piggy"')
    key = people.keys.create("scanner", by=Actor.user("piggy")).result(10)
    batch = leave(people, "piggy")
    assert batch is not None
    assert [subject for subject, _ in people.batches.refused(batch)] == [alone]
    assert seen(people, shared)[0] is None
    assert seen(people, alone)[0] == "piggy"
    assert people.keys.verify(key.text) is None


def test_who_has_nothing_is_only_disabled(people: Box):
    assert leave(people, "gonzo") is None
    assert not people.people.get("gonzo").active
    assert "user.leave" in [entry.action for entry in people.audit.list().items]


@pytest.mark.parametrize("heir", ["piggy", "PIGGY", "nobody", "gonzo"])
def test_the_heir_must_be_somebody_else_who_can_sign_in(people: Box, heir):
    people.people.disable("gonzo").result(10)
    with pytest.raises(InvalidInput, match="somebody else"):
        people.leaving.leave("piggy", heir, ROOT)
    assert people.people.get("piggy").active


def test_the_last_administrator_stays(people: Box):
    mine = task(people, 'flowable:assignee="root"')
    with pytest.raises(Conflict, match="last administrator"):
        leave(people, "root", "piggy")
    assert people.batches.latest() == []
    assert seen(people, mine)[0] == "root"


def test_who_is_not_known_cannot_leave(people: Box):
    with pytest.raises(UserNotFound):
        people.leaving.review("nobody")


def test_models_that_name_them_are_told(people: Box):
    deploy(
        people,
        task_xml().replace('isExecutable="true"',
                           'isExecutable="true" flowable:candidateStarterUsers="piggy"'),
    )  # fmt: skip
    assert people.leaving.review("piggy").starters == ["expense"]
