"""Sessions: idle and absolute ends, revoking, and nothing to steal from the database."""

import pytest

from appliance.errors import SessionNotFound
from tests.appliance.given import DAY, HOUR, MINUTE, NOON, PASSWORD


@pytest.fixture
def cookie(people, sessions):
    people.add("root", None, admin=True)
    people.add("kermit", PASSWORD)
    return sessions.create("kermit", "10.0.0.7", "Firefox").result()


def test_a_cookie_names_its_person(sessions, cookie):
    session, user = sessions.get(cookie)
    assert user.name == "kermit"
    assert (session.address, session.agent, session.created) == ("10.0.0.7", "Firefox", NOON)


@pytest.mark.parametrize("text", ["", "x", "\ud800", "a" * 10_000, "' OR 1=1 --"])
def test_any_other_cookie_is_nobody(sessions, cookie, text):
    assert sessions.get(text) is None


def test_only_the_hash_is_kept(sessions, cookie, database):
    kept = database.read().execute("SELECT * FROM session").fetchone()
    assert cookie not in map(str, kept)
    assert sessions.get(kept[1].hex()) is None


def test_who_does_nothing_for_twelve_hours_is_signed_out(sessions, cookie, clock):
    clock.advance(12 * HOUR - 1)
    assert sessions.get(cookie)
    clock.advance(12 * HOUR)
    assert sessions.get(cookie) is None
    assert sessions.list("kermit") == []


def test_fourteen_days_end_a_session_in_any_case(sessions, cookie, clock):
    for _ in range(14 * 24 - 1):
        clock.advance(HOUR)
        assert sessions.get(cookie)
    clock.advance(HOUR)
    assert sessions.get(cookie) is None


def test_last_seen_is_written_at_most_once_a_minute(sessions, cookie, clock):
    written = []
    for _ in range(6):
        sessions.get(cookie)
        written.append(sessions.list("kermit")[0].seen - NOON)
        clock.advance(MINUTE // 2)
    assert written == [0, 0, MINUTE, MINUTE, 2 * MINUTE, 2 * MINUTE]


def test_signing_out_ends_one_session(sessions, cookie):
    other = sessions.create("kermit").result()
    sessions.end(cookie)
    sessions.end("nonsense")
    assert sessions.get(cookie) is None
    assert sessions.get(other)


def test_one_session_or_all_others_can_be_revoked(sessions, cookie):
    cookies = [sessions.create("kermit", agent=str(number)).result() for number in range(3)]
    first = sessions.get(cookies[0])[0]
    sessions.revoke("kermit", first.id)
    assert sessions.get(cookies[0]) is None
    mine = sessions.get(cookie)[0]
    assert sessions.revoke_all("kermit", but=mine.id).result() == 2
    assert [each.id for each in sessions.list("kermit")] == [mine.id]
    assert sessions.revoke_all("kermit").result() == 1


def test_nobody_revokes_the_session_of_another(sessions, cookie):
    session = sessions.get(cookie)[0]
    with pytest.raises(SessionNotFound):
        sessions.revoke("root", session.id)
    with pytest.raises(SessionNotFound):
        sessions.revoke("kermit", 10**9)
    assert sessions.get(cookie)


def test_disabling_a_person_signs_them_out_for_good(people, sessions, cookie):
    people.disable("kermit")
    assert sessions.get(cookie) is None
    people.enable("kermit")
    assert sessions.get(cookie) is None


def test_a_new_password_signs_out_everywhere(people, sessions, cookie):
    people.set_password("kermit", "another good one")
    assert sessions.get(cookie) is None


def test_ended_sessions_leave_no_rows(sessions, cookie, clock, database):
    clock.advance(15 * DAY)
    sessions.create("kermit")
    assert database.read().execute("SELECT count(*) FROM session").fetchone() == (1,)


def test_a_browser_cannot_fill_the_database(sessions, cookie):
    sessions.create("root", "x" * 10_000, "y" * 10_000)
    (session,) = sessions.list("root")
    assert len(session.address + session.agent) == 600
