"""Links by which people choose a password: once, in time, one at a time, for the active."""

import pytest

from appliance.errors import InvalidInput, PasswordLinkInvalid, UserNotFound
from appliance.password_links import PasswordLinks
from tests.appliance.given import HOUR, MINUTE, PASSWORD


@pytest.fixture
def links(database, people, clock):
    people.add("kermit", PASSWORD)
    return PasswordLinks(database, people, clock)


def test_a_link_works_once(links, people):
    token = links.create("kermit").result()
    links.use(token, "a new long password").result()
    assert people.authenticate("kermit", "a new long password").name == "kermit"
    with pytest.raises(PasswordLinkInvalid):
        links.use(token, "yet another password")


def test_a_link_ends_the_sessions_of_its_person(links, sessions):
    browser = sessions.create("kermit").result()
    links.use(links.create("kermit").result(), "a new long password").result()
    assert sessions.get(browser) is None


@pytest.mark.parametrize("token", ["", "x", "ü" * 50, "\ud800", "' OR 1=1 --"])
def test_a_false_token_is_refused(links, token):
    links.create("kermit")
    with pytest.raises(PasswordLinkInvalid):
        links.user_of(token)


def test_a_link_is_too_old_after_48_hours(links, clock):
    token = links.create("kermit").result()
    clock.advance(48 * HOUR - MINUTE)
    assert links.user_of(token).name == "kermit"
    clock.advance(MINUTE)
    with pytest.raises(PasswordLinkInvalid):
        links.use(token, "a new long password")


def test_a_newer_link_replaces_an_older_one(links):
    older, newer = links.create("kermit").result(), links.create("kermit").result()
    assert links.user_of(newer).name == "kermit"
    with pytest.raises(PasswordLinkInvalid):
        links.user_of(older)


def test_a_set_up_token_sets_no_password(links, setup):
    with pytest.raises(PasswordLinkInvalid):
        links.user_of(setup.new_token().result())


def test_a_weak_password_keeps_the_link(links):
    token = links.create("kermit").result()
    with pytest.raises(InvalidInput):
        links.use(token, "short")
    assert links.user_of(token).name == "kermit"


def test_a_disabled_person_gets_in_by_no_link(links, people):
    people.add("piggy", PASSWORD)
    token = links.create("piggy").result()
    people.disable("piggy")
    with pytest.raises(PasswordLinkInvalid):
        links.use(token, "a new long password")


def test_nobody_gets_a_link_who_is_not_known(links):
    with pytest.raises(UserNotFound):
        links.create("statler")
