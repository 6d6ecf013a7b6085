"""People and groups: who may sign in, and who belongs where.

What hashes a password (``add``, ``set_password``, ``change_password``, ``authenticate``) takes some
30 ms: it belongs on a worker thread, not on the event loop. Reads answer at once, writes return a
``Pending``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from appliance import names, passwords
from appliance.actor import ANYBODY, SYSTEM, Actor
from appliance.database import Database, note
from appliance.errors import Conflict, GroupNotFound, UserNotFound, WrongPassword
from appliance.fingerprint import refuse_changed
from appliance.store import chain, sqlite
from appliance.throttle import Allowance, Throttle

if TYPE_CHECKING:
    from appliance.pending import Pending

# One person from one address; an address, which an office may share; a person from everywhere.
BY_BOTH, BY_ADDRESS, BY_NAME = Allowance(10, 60), Allowance(60, 60), Allowance(100, 600)

_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "display_name": lambda text: names.line(text, "display name"),
    "email": names.email,
    "language": names.language,
    "zone": names.zone,
    "admin": bool,
}
_USER = "SELECT name, display_name, email, admin, active, language, zone, created FROM user_account"
_MEMBERS = "SELECT user_name FROM membership WHERE group_name = ? ORDER BY user_name"
_ONE_ADMINISTRATOR = "SELECT 1 FROM user_account WHERE admin AND active AND name {} ? LIMIT 1"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``language`` and ``zone`` are empty when the server's own hold."""

    name: str
    display_name: str
    email: str
    admin: bool
    active: bool
    language: str
    zone: str
    created: int
    groups: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """What to call this person on a page."""
        return self.display_name or self.name

    @property
    def profile(self) -> tuple[str, str, bool, frozenset[str]]:
        """What administrators say of this person."""
        return self.display_name, self.email, self.admin, self.groups


class Facts(TypedDict, total=False):
    """What can be changed of a person; what is left out stays."""

    display_name: str
    email: str
    admin: bool
    language: str
    zone: str
    groups: Iterable[str]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people, as models name it in ``candidateGroups``."""

    name: str
    title: str
    created: int
    members: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What to call this group on a page."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user who is checked but not stored yet; ``password`` is hashed, empty for none."""

    user: User
    password: str

    @classmethod
    def checked(
        cls,
        name: str,
        password: str | None,
        now: int,
        display_name: str = "",
        email: str = "",
        *,
        admin: bool = False,
    ) -> NewUser:
        """Check everything and hash the password. Raises ``InvalidInput``."""
        user = User(
            name=names.person_name(name),
            display_name=names.line(display_name, "display name"),
            email=names.email(email),
            admin=admin,
            active=True,
            language="",
            zone="",
            created=now,
        )
        return cls(user, "" if password is None else passwords.hashed(password, user.name))

    def insert(self, connection: sqlite.Connection) -> User:
        """Store the user; ``Conflict`` when somebody has the name."""
        user = self.user
        _insert_named(
            connection,
            "INSERT INTO user_account (name, folded, password, display_name, email, admin, active,"
            " language, zone, created) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', ?)",
            (user.name, names.folded(user.name), self.password, user.display_name, user.email,
             user.admin, user.active, user.created),
            f"There is a user {user.name} already.",
        )  # fmt: skip
        return user


class People:
    """Users, groups and memberships, and who knows a user's password."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._throttle = Throttle(clock)

    # --- users ---------------------------------------------------------------------------------

    def find(self, name: str) -> User | None:
        """The user of this name; case makes no difference."""
        row = self._rows(f"{_USER} WHERE folded = ?", names.folded(name))
        return replace(_user(row[0]), groups=self.groups_of(row[0][0])) if row else None

    def get(self, name: str) -> User:
        """The user of this name, or ``UserNotFound``."""
        if (user := self.find(name)) is None:
            raise UserNotFound(f"There is no user {name}.")
        return user

    def label(self, name: str) -> str:
        """What to call the user of exactly this name on a page; the name if there is no such."""
        row = self._rows("SELECT display_name FROM user_account WHERE name = ?", name)
        return (row[0][0] if row else "") or name

    def list(self) -> list[User]:
        """All users by name, disabled ones too."""
        groups: dict[str, set[str]] = {}
        for user, group in self._rows("SELECT user_name, group_name FROM membership"):
            groups.setdefault(user, set()).add(group)
        users = [_user(row) for row in self._rows(f"{_USER} ORDER BY folded")]
        return [replace(user, groups=frozenset(groups.get(user.name, ()))) for user in users]

    def add(
        self,
        name: str,
        password: str | None,
        *,
        display_name: str = "",
        email: str = "",
        admin: bool = False,
        groups: Iterable[str] = (),
        by: Actor = SYSTEM,
    ) -> Pending[User]:
        """Add a user; without a password they cannot sign in until one is set."""
        new = NewUser.checked(name, password, self._clock(), display_name, email, admin=admin)
        return self._database.write(adding(new, groups, by))

    def update(
        self, name: str, *, by: Actor = SYSTEM, seen: str | None = None, **facts: Unpack[Facts]
    ) -> Pending[User]:
        """Change what is given and nothing else, all of it or nothing.

        The last administrator stays one: ``Conflict``; so it is when the profile is not the one
        that was ``seen``.
        """
        return self._database.write(self.updating(name, by=by, seen=seen, **facts))

    def updating(
        self, name: str, *, by: Actor = SYSTEM, seen: str | None = None, **facts: Unpack[Facts]
    ) -> Callable[[sqlite.Connection], User]:
        """What :meth:`update` does, as a part of a larger change."""
        known = self.get(name).name
        changes = {
            name: value and check(value)
            for name, check in _CHECKS.items()
            if (value := facts.get(name)) is not None
        }
        wanted = list(facts["groups"]) if "groups" in facts else None

        def work(connection: sqlite.Connection) -> User:
            if changes.get("admin") is False:
                _keep_one_administrator(connection, known)
            before = _stored(connection, known)
            refuse_changed(before.profile, seen)
            for column, value in changes.items():
                connection.execute(
                    f"UPDATE user_account SET {column} = ? WHERE name = ?", (value, known)
                )
            if wanted is not None:
                _set_groups(connection, known, wanted)
            after = _stored(connection, known)
            if changed := _differences(before, after):
                chain.record(connection, self._clock(), by, "user.change", known, **changed)
            return after

        return work

    def disable(self, name: str, by: Actor = SYSTEM) -> Pending[None]:
        """Sign the user out everywhere and let them in no more; what they did stays theirs."""
        return self._database.write(self.disabling(name, by))

    def disabling(self, name: str, by: Actor) -> Callable[[sqlite.Connection], None]:
        """What :meth:`disable` does, as a part of a larger change."""
        user = self.get(name)

        def work(connection: sqlite.Connection) -> None:
            _keep_one_administrator(connection, user.name)
            connection.execute(
                "UPDATE user_account SET active = ? WHERE name = ?", (False, user.name)
            )
            connection.execute("DELETE FROM session WHERE user_name = ?", (user.name,))
            chain.record(connection, self._clock(), by, "user.disable", user.name)

        return work

    def enable(self, name: str, by: Actor = SYSTEM) -> Pending[None]:
        """Let a disabled user sign in again."""
        user = self.get(name)

        def work(connection: sqlite.Connection) -> None:
            connection.execute(
                "UPDATE user_account SET active = ? WHERE name = ?", (True, user.name)
            )
            chain.record(connection, self._clock(), by, "user.enable", user.name)

        return self._database.write(work)

    # --- passwords -----------------------------------------------------------------------------

    def set_password(self, name: str, password: str, by: Actor = SYSTEM) -> Pending[None]:
        """Give a user a new password and sign them out everywhere."""
        user = self.get(name)
        hashed = passwords.hashed(password, user.name)

        def work(connection: sqlite.Connection) -> None:
            _set_password(connection, user.name, hashed)
            connection.execute("DELETE FROM session WHERE user_name = ?", (user.name,))
            chain.record(connection, self._clock(), by, "user.password", user.name)

        return self._database.write(work)

    def change_password(self, name: str, old: str, new: str, address: str = "") -> Pending[None]:
        """The same by the person, who must know the old one; the caller signs them in again."""
        user = self.authenticate(name, old, address)
        return self.set_password(name, new, Actor.user(user.name))

    def authenticate(self, name: str, password: str, address: str = "") -> User:
        """The active user whose name and password these are.

        Raises ``WrongPassword`` with one text and after the same time whatever was wrong, and
        ``TooManyAttempts`` when this name or this address failed too often.
        """
        known_as = names.folded(name[:100])
        limits: Mapping[Any, Allowance] = {
            ("both", known_as, address): BY_BOTH,
            ("address", address): BY_ADDRESS,
            ("name", known_as): BY_NAME,
        }
        self._throttle.attempt(limits)
        user, kept = self._credentials(known_as)
        if not passwords.matches(kept, password) or user is None:
            # An unknown name is not logged: people type their password there by mistake.
            log.info("a sign-in failed", extra={"user": user and user.name, "address": address})
            self._note_failure(user.name if user else "", address)
            raise WrongPassword("The user name or the password is wrong.")
        self._throttle.forgive(limits)
        self._throttle.forget(("both", known_as, address))
        return self.get(user.name)

    # --- groups --------------------------------------------------------------------------------

    def group_label(self, name: str) -> str:
        """What to call the group of exactly this name on a page; the name if there is no such."""
        row = self._rows("SELECT title FROM user_group WHERE name = ?", name)
        return (row[0][0] if row else "") or name

    def groups(self) -> list[Group]:
        """All groups by name, with their members."""
        members: dict[str, list[str]] = {}
        for group, user in self._rows(
            "SELECT group_name, user_name FROM membership ORDER BY user_name"
        ):
            members.setdefault(group, []).append(user)
        rows = self._rows("SELECT name, title, created FROM user_group ORDER BY folded")
        return [Group(*row, members=tuple(members.get(row[0], ()))) for row in rows]

    def groups_of(self, user: str) -> frozenset[str]:
        """The names of the groups a user belongs to."""
        return _groups_of(self._database.read(), user)

    def add_group(self, name: str, title: str = "", by: Actor = SYSTEM) -> Pending[Group]:
        """Add a group. Raises ``Conflict`` when there is one of this name."""
        return self._database.write(self.adding_group(name, title, by))

    def adding_group(
        self, name: str, title: str, by: Actor
    ) -> Callable[[sqlite.Connection], Group]:
        """What :meth:`add_group` does, as a part of a larger change."""
        group = Group(names.group_name(name), names.line(title, "title"), self._clock())

        def work(connection: sqlite.Connection) -> Group:
            _insert_named(
                connection,
                "INSERT INTO user_group (name, folded, title, created) VALUES (?, ?, ?, ?)",
                (group.name, names.folded(group.name), group.title, group.created),
                f"There is a group {group.name} already.",
            )
            chain.record(connection, group.created, by, "group.add", group.name)
            return group

        return work

    def remove_group(self, name: str, by: Actor = SYSTEM) -> Pending[None]:
        """Remove a group; tasks that name it as a candidate keep the name."""

        def work(connection: sqlite.Connection) -> None:
            members = connection.execute(_MEMBERS, (name,)).fetchall()
            connection.execute("DELETE FROM membership WHERE group_name = ?", (name,))
            connection.execute("DELETE FROM user_group WHERE name = ?", (name,))
            if connection.changes() == 0:
                raise GroupNotFound(f"There is no group {name}.")
            facts = {"members": [member for (member,) in members]}
            chain.record(connection, self._clock(), by, "group.remove", name, **facts)

        return self._database.write(work)

    def join(self, user: str, group: str, by: Actor = SYSTEM) -> Pending[frozenset[str]]:
        """Put a user into one more group."""
        return self._change_groups(user, by, lambda c, name: _join(c, name, [group]))

    def leave(self, user: str, group: str, by: Actor = SYSTEM) -> Pending[frozenset[str]]:
        """Take a user out of a group; harmless when they are not in it."""
        return self._change_groups(user, by, lambda c, name: _leave(c, name, group))

    # -------------------------------------------------------------------------------------------

    def _change_groups(
        self, user: str, by: Actor, change: Callable[[sqlite.Connection, str], frozenset[str]]
    ) -> Pending[frozenset[str]]:
        name = self.get(user).name

        def work(connection: sqlite.Connection) -> frozenset[str]:
            before = _stored(connection, name)
            groups = change(connection, name)
            if facts := _differences(before, replace(before, groups=groups)):
                chain.record(connection, self._clock(), by, "user.change", name, **facts)
            return groups

        return self._database.write(work)

    def _note_failure(self, name: str, address: str) -> None:
        now = self._clock()
        note(
            self._database,
            lambda c: chain.record(c, now, ANYBODY, "session.failed", name, address=address),
        )

    def _rows(self, sql: str, *parameters: object) -> list[tuple]:
        return self._database.read().execute(sql, parameters).fetchall()

    def _credentials(self, known_as: str) -> tuple[User | None, str]:
        rows = self._rows(
            _USER.replace(" FROM", ", password FROM") + " WHERE folded = ? AND active", known_as
        )
        return (_user(rows[0][:-1]), rows[0][-1]) if rows else (None, "")


def adding(new: NewUser, groups: Iterable[str], by: Actor) -> Callable[[sqlite.Connection], User]:
    """What stores a new user, as a part of a larger change."""
    wanted = list(groups)

    def work(connection: sqlite.Connection) -> User:
        user = new.insert(connection)
        joined = _join(connection, user.name, wanted)
        facts = {"admin": user.admin, "groups": sorted(joined)}
        chain.record(connection, user.created, by, "user.add", user.name, **facts)
        return replace(user, groups=joined)

    return work


def _user(row: tuple) -> User:
    name, display_name, email, admin, active, language, zone, created = row
    return User(name, display_name, email, bool(admin), bool(active), language, zone, created)


def _stored(connection: sqlite.Connection, name: str) -> User:
    row = connection.execute(f"{_USER} WHERE name = ?", (name,)).fetchone()
    return replace(_user(row), groups=_groups_of(connection, name))


def _differences(before: User, after: User) -> dict[str, list[Any]]:
    """What was changed of a person: the old and the new value of each fact."""
    found = {field.name: [getattr(each, field.name) for each in (before, after)]
             for field in fields(User)}  # fmt: skip
    found["groups"] = [sorted(groups) for groups in found["groups"]]
    return {name: values for name, values in found.items() if values[0] != values[1]}


def _insert_named(
    connection: sqlite.Connection, sql: str, values: tuple[object, ...], taken: str
) -> None:
    try:
        connection.execute(sql, values)
    except sqlite.ConstraintError:
        raise Conflict(taken) from None


def _set_password(connection: sqlite.Connection, name: str, hashed: str) -> None:
    connection.execute("UPDATE user_account SET password = ? WHERE name = ?", (hashed, name))


def _set_groups(connection: sqlite.Connection, user: str, groups: list[str]) -> frozenset[str]:
    connection.execute("DELETE FROM membership WHERE user_name = ?", (user,))
    return _join(connection, user, groups)


def _join(connection: sqlite.Connection, user: str, groups: Iterable[str]) -> frozenset[str]:
    for group in groups:
        row = connection.execute(
            "SELECT name FROM user_group WHERE folded = ?", (names.folded(group),)
        ).fetchone()
        if row is None:
            raise GroupNotFound(f"There is no group {group}.")
        connection.execute(
            "INSERT INTO membership (user_name, group_name) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (user, row[0]),
        )
    return _groups_of(connection, user)


def _leave(connection: sqlite.Connection, user: str, group: str) -> frozenset[str]:
    sql = "DELETE FROM membership WHERE user_name = ? AND group_name = ?"
    connection.execute(sql, (user, group))
    return _groups_of(connection, user)


def _groups_of(connection: sqlite.Connection, user: str) -> frozenset[str]:
    sql = "SELECT group_name FROM membership WHERE user_name = ?"
    return frozenset(name for (name,) in connection.execute(sql, (user,)))


def _keep_one_administrator(connection: sqlite.Connection, without: str) -> None:
    if not connection.execute(_ONE_ADMINISTRATOR.format("="), (without,)).fetchone():
        return
    if not connection.execute(_ONE_ADMINISTRATOR.format("<>"), (without,)).fetchone():
        raise Conflict(f"{without} is the last administrator. Make somebody else one first.")
