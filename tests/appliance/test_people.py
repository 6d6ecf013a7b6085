"""People: names, passwords, throttling, groups, and the administrator who must remain."""

import logging

import pytest

from appliance import passwords
from appliance.errors import (
    Conflict,
    GroupNotFound,
    InvalidInput,
    TooManyAttempts,
    UserNotFound,
    WrongPassword,
)
from tests.appliance.given import MINUTE, NOON, PASSWORD


@pytest.fixture
def kermit(people):
    people.add("root", PASSWORD, admin=True)
    return people.add("kermit", PASSWORD, display_name="Kermit the Frog").result()


def test_a_user_is_kept_as_given(people, kermit):
    user = people.get("kermit")
    assert user == kermit
    assert (user.name, user.label, user.admin, user.active) == (
        "kermit",
        "Kermit the Frog",
        False,
        True,
    )
    assert user.created == NOON
    assert [each.name for each in people.list()] == ["kermit", "root"]


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "api:ERP", "a,b", "a/b", "../x", "-x", "_x", ".x", "x\0", "a\nb", "x" * 65,
     "api", "System", "ａdmin", "a\u200bb", "a\u202eb", "<b>", "a'b", 'a"b', "${x}"],
)  # fmt: skip
def test_a_name_that_could_be_mistaken_is_refused(people, name):
    with pytest.raises(InvalidInput, match="user name"):
        people.add(name, PASSWORD)


@pytest.mark.parametrize("name", ["kermit", "K", "7of9", "j.r_x-y+z@example.com", "Ünsal", "李四"])
def test_names_of_all_scripts_are_welcome(people, name):
    assert people.add(f" {name} ", PASSWORD).result().name == name
    assert people.authenticate(name, PASSWORD).name == name


@pytest.mark.parametrize("same", ["kermit", "KERMIT", "Kermit "])
def test_two_names_never_differ_in_case_alone(people, kermit, same):
    with pytest.raises(Conflict, match="already"):
        people.add(same, PASSWORD)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"display_name": "x" * 101}, "longer than 100"),
        ({"display_name": "a\nb"}, "control characters"),
        ({"email": "nobody"}, "no e-mail address"),
        ({"email": "a@b, c@d"}, "no e-mail address"),
        ({"language": "english"}, "code such as en"),
        ({"zone": "Mars/Olympus"}, "name such as Europe"),
        ({"zone": "../../etc/passwd"}, "name such as Europe"),
    ],
)
def test_a_wrong_value_changes_nothing(people, kermit, given, message):
    with pytest.raises(InvalidInput, match=message):
        people.update("kermit", **given)
    assert people.get("kermit") == kermit


def test_an_update_changes_what_it_names(people, kermit):
    changed = people.update("Kermit", email="k@example.com", zone="Europe/Berlin", language="de")
    assert changed.result() == people.get("kermit")
    user = people.get("kermit")
    assert (user.email, user.zone, user.language) == ("k@example.com", "Europe/Berlin", "de")
    assert user.display_name == "Kermit the Frog"
    assert people.update("kermit", display_name="").result().label == "kermit"


def test_an_update_happens_as_a_whole(people, kermit):
    with pytest.raises(GroupNotFound):
        people.update("kermit", email="k@example.com", admin=True, groups=["nowhere"])
    assert people.get("kermit") == kermit
    people.add_group("hr")
    assert people.update("kermit", groups=["hr"]).result().groups == {"hr"}
    assert people.get("kermit").groups == {"hr"}


def test_nobody_is_found_who_is_not_there(people, kermit):
    assert people.find("gonzo") is None
    for act in (people.get, people.disable, people.enable):
        with pytest.raises(UserNotFound, match="gonzo"):
            act("gonzo")
    with pytest.raises(UserNotFound):
        people.set_password("gonzo", PASSWORD)


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "at least 8"),
        ("1234567", "at least 8"),
        ("x" * 1001, "at most 1000"),
        ("password", "too easy"),
        ("PassWord", "too easy"),
        ("aaaaaaaaaaaa", "too easy"),
        ("ms.piggy", "too easy"),
    ],
)
def test_a_weak_password_is_refused(people, password, message):
    with pytest.raises(InvalidInput, match=message):
        people.add("ms.piggy", password)
    assert people.find("ms.piggy") is None


@pytest.mark.parametrize(
    "password", ["x1" * 500, "пароль-пароль", "with space and \t", "\ud800abcdefgh"]
)
def test_any_other_password_works(people, password):
    people.add("kermit", password)
    assert people.authenticate("kermit", password).name == "kermit"


def test_a_password_is_the_same_on_every_keyboard(people):
    people.add("kermit", "schöner Tag")
    assert people.authenticate("kermit", "scho\u0308ner Tag").name == "kermit"


def test_passwords_are_kept_as_argon2id_with_the_parameters_of_owasp(database, kermit):
    kept = database.read().execute("SELECT password FROM user_account").fetchall()
    assert all(hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for (hashed,) in kept)
    assert len(set(kept)) == 2


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("kermit", "wrong horse battery"),
        ("kermit", ""),
        ("kermit", PASSWORD + "\0"),
        ("kermit", "x" * 100_000),
        ("gonzo", PASSWORD),
        ("", PASSWORD),
        ("kermit' OR 1=1 --", PASSWORD),
        ("\ud800", PASSWORD),
        ("x" * 100_000, PASSWORD),
        ("no-password", PASSWORD),
        ("no-password", ""),
        ("gone", PASSWORD),
    ],
)
def test_every_failed_sign_in_reads_and_costs_the_same(people, kermit, monkeypatch, name, password):
    people.add("no-password", None)
    people.add("gone", PASSWORD)
    people.disable("gone")
    checked = []
    verify = passwords._HASHER.__class__.verify
    monkeypatch.setattr(
        passwords._HASHER.__class__,
        "verify",
        lambda self, kept, given: checked.append(kept) or verify(self, kept, given),
    )
    with pytest.raises(WrongPassword, match="The user name or the password is wrong"):
        people.authenticate(name, password)
    (kept,) = checked
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_failed_sign_ins_are_logged_without_what_was_typed(people, kermit, caplog):
    caplog.set_level(logging.INFO)
    for name in ("kermit", "my secret typed here"):
        with pytest.raises(WrongPassword):
            people.authenticate(name, "wrong horse", "10.0.0.7")
    assert [record.user for record in caplog.records] == ["kermit", None]
    assert [record.address for record in caplog.records] == ["10.0.0.7"] * 2


def fail(people, times, name="kermit", address="10.0.0.7"):
    for _ in range(times):
        with pytest.raises(WrongPassword):
            people.authenticate(name, "wrong horse", address)


@pytest.fixture
def quick(monkeypatch):
    """Passwords that match when they are equal to the right one; hashing is tested elsewhere."""
    monkeypatch.setattr(
        passwords, "matches", lambda kept, password: bool(kept) and password == PASSWORD
    )


def test_after_ten_failures_even_the_right_password_must_wait(people, kermit, clock, quick):
    fail(people, 10)
    with pytest.raises(TooManyAttempts) as refused:
        people.authenticate("Kermit", PASSWORD, "10.0.0.7")
    assert refused.value.retry_after == 6
    clock.advance(5_999)
    with pytest.raises(TooManyAttempts):
        people.authenticate("kermit", PASSWORD, "10.0.0.7")
    clock.advance(1)
    assert people.authenticate("kermit", PASSWORD, "10.0.0.7").name == "kermit"


def test_an_unknown_name_is_throttled_just_the_same(people, kermit, quick):
    fail(people, 10, "gonzo")
    with pytest.raises(TooManyAttempts):
        people.authenticate("gonzo", PASSWORD, "10.0.0.7")


def test_a_success_starts_afresh(people, kermit, quick):
    fail(people, 9)
    people.authenticate("kermit", PASSWORD, "10.0.0.7")
    fail(people, 10)


def test_an_attacker_elsewhere_does_not_lock_anybody_out(people, kermit, quick):
    fail(people, 10, address="10.6.6.6")
    assert people.authenticate("kermit", PASSWORD, "10.0.0.7").name == "kermit"


def test_one_address_cannot_try_many_names(people, kermit, quick, clock):
    for number in range(60):
        fail(people, 1, f"user{number}")
    with pytest.raises(TooManyAttempts):
        people.authenticate("kermit", PASSWORD, "10.0.0.7")
    clock.advance(MINUTE)
    people.authenticate("kermit", PASSWORD, "10.0.0.7")


def test_many_addresses_cannot_try_one_name_for_ever(people, kermit, quick):
    for number in range(100):
        fail(people, 1, address=f"10.0.1.{number}")
    with pytest.raises(TooManyAttempts):
        people.authenticate("kermit", PASSWORD, "10.0.0.7")


def test_successes_are_not_counted(people, kermit, quick):
    for _ in range(200):
        people.authenticate("kermit", PASSWORD, "10.0.0.7")


def test_a_changed_password_replaces_the_old_one(people, kermit):
    with pytest.raises(WrongPassword):
        people.change_password("kermit", "wrong horse", "another good one")
    with pytest.raises(InvalidInput):
        people.change_password("kermit", PASSWORD, "short")
    people.change_password("kermit", PASSWORD, "another good one")
    with pytest.raises(WrongPassword):
        people.authenticate("kermit", PASSWORD)
    assert people.authenticate("kermit", "another good one").name == "kermit"


def test_a_disabled_user_may_come_back(people, kermit):
    people.disable("kermit")
    assert people.get("kermit").active is False
    with pytest.raises(WrongPassword):
        people.authenticate("kermit", PASSWORD)
    people.enable("kermit")
    assert people.authenticate("kermit", PASSWORD).name == "kermit"


def test_the_last_administrator_remains(people, kermit):
    for act in (lambda: people.disable("root"), lambda: people.update("root", admin=False)):
        with pytest.raises(Conflict, match="last administrator"):
            act()
    people.update("kermit", admin=True)
    people.disable("root")
    with pytest.raises(Conflict, match="last administrator"):
        people.update("kermit", admin=False)
    people.enable("root")
    assert people.update("kermit", admin=False).result().admin is False


def test_groups_have_members(people, kermit):
    people.add_group("hr", "Human Resources")
    people.add_group("managers")
    people.join("kermit", "HR")
    people.join("kermit", "hr")
    assert people.get("kermit").groups == {"hr"}
    assert people.update("kermit", groups=["managers", "hr"]).result().groups == {"hr", "managers"}
    assert [(group.label, group.members) for group in people.groups()] == [
        ("Human Resources", ("kermit",)),
        ("managers", ("kermit",)),
    ]
    people.leave("kermit", "hr")
    people.leave("kermit", "hr")
    assert people.groups_of("kermit") == {"managers"}
    people.remove_group("managers")
    assert people.groups_of("kermit") == frozenset()


def test_groups_refuse_what_does_not_fit(people, kermit):
    people.add_group("hr")
    with pytest.raises(Conflict):
        people.add_group("HR")
    with pytest.raises(InvalidInput):
        people.add_group("a,b")
    with pytest.raises(GroupNotFound):
        people.remove_group("finance")
    with pytest.raises(GroupNotFound):
        people.update("kermit", groups=["hr", "finance"])
    assert people.groups_of("kermit") == frozenset()
    with pytest.raises(GroupNotFound):
        people.add("gonzo", PASSWORD, groups=["finance"])
    assert people.find("gonzo") is None
