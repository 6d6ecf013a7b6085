"""The first administrator: by a link that works once, for half an hour."""

import pytest

from appliance.errors import Conflict, InvalidInput, SetupLinkInvalid
from tests.appliance.given import MINUTE, PASSWORD


def test_the_link_makes_one_administrator_and_no_second(setup, people):
    assert setup.needed()
    token = setup.new_token().result()
    setup.check(token)
    user = setup.use(token, "fozzie", PASSWORD, email="f@example.com").result()
    assert user == people.get("fozzie")
    assert user.admin
    assert not setup.needed()
    with pytest.raises(SetupLinkInvalid):
        setup.use(token, "gonzo", PASSWORD)
    with pytest.raises(Conflict, match="has an administrator already"):
        setup.new_token()
    assert [each.name for each in people.list()] == ["fozzie"]


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 43, "' OR 1=1 --"])
def test_a_false_link_is_refused(setup, token):
    setup.new_token()
    with pytest.raises(SetupLinkInvalid, match="not valid"):
        setup.check(token)


def test_the_link_is_valid_for_half_an_hour(setup, clock):
    token = setup.new_token().result()
    clock.advance(30 * MINUTE - 1)
    setup.check(token)
    clock.advance(1)
    with pytest.raises(SetupLinkInvalid):
        setup.use(token, "fozzie", PASSWORD)
    assert setup.needed()


def test_a_newer_link_replaces_the_older(setup):
    old, new = (setup.new_token().result() for _ in range(2))
    with pytest.raises(SetupLinkInvalid):
        setup.check(old)
    setup.check(new)


def test_a_refused_form_leaves_the_link_usable(setup):
    token = setup.new_token().result()
    with pytest.raises(InvalidInput):
        setup.use(token, "fozzie", "short")
    with pytest.raises(InvalidInput):
        setup.use(token, "a b", PASSWORD)
    assert setup.use(token, "fozzie", PASSWORD).result().admin


def test_an_administrator_made_elsewhere_ends_the_setup(setup, people):
    token = setup.new_token().result()
    people.add("fozzie", PASSWORD, admin=True)
    with pytest.raises(Conflict):
        setup.use(token, "gonzo", PASSWORD)


def test_the_token_itself_is_not_kept(setup, database):
    token = setup.new_token().result()
    ((kept,),) = database.read().execute("SELECT hash FROM one_time_token").fetchall()
    assert len(kept) == 32
    assert token.encode() not in kept
