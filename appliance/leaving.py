"""When a person leaves: what still hangs on them, and handing it over in one step.

Tasks are moved in the background, one by one, as a batch; everything else is in the transaction
that asks for the batch. What a model names stays as it is: that needs a new version of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from appliance.actor import Actor
from appliance.audiences import INCIDENT, START, Audiences
from appliance.batches import Batches, Given
from appliance.cases import names
from appliance.errors import InvalidInput
from appliance.keys import Key, Keys
from appliance.library import Library
from appliance.pending import Pending
from appliance.people import People, User
from appliance.store import chain
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from appliance.substitutes import Substitutes, Substitution

# Who is a candidate of what somebody else has stands in the task alone, so all open ones are read,
# by the index that has only those.
_TASKS = """
SELECT id, coalesce(name, node), assignee, owner, candidate_users, candidate_groups, root,
    definition
FROM task WHERE ended IS NULL ORDER BY root, id
"""


class Held(msgspec.Struct, frozen=True):
    """An open task that is somebody's: theirs to do, delegated by them, or open to them."""

    id: int
    name: str
    process_name: str
    instance: int
    mine: bool
    delegated: bool
    alone: bool
    """Nobody else may take it."""


class Leftover(msgspec.Struct, frozen=True):
    """All that hangs on a person.

    ``starters`` are processes whose model names them, ``starts`` those that an administrator lets
    them start by name; of incidents of ``incidents`` they are told (empty: of all processes).
    """

    user: User
    tasks: Sequence[Held]
    keys: Sequence[Key]
    starters: Sequence[str]
    starts: Sequence[str]
    incidents: Sequence[str]
    substitutions: Sequence[Substitution]
    """Of this person and by them, those that hold or are planned."""


class Leaving:
    """The people of the box who go."""

    def __init__(
        self,
        store: Store,
        library: Library,
        people: People,
        keys: Keys,
        audiences: Audiences,
        substitutes: Substitutes,
        batches: Batches,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._library = library
        self._people = people
        self._keys = keys
        self._audiences = audiences
        self._substitutes = substitutes
        self._batches = batches
        self._clock = clock

    def review(self, name: str) -> Leftover:
        """What hangs on a person. It reads all open tasks. Raises ``UserNotFound``."""
        user = self._people.get(name)
        named = self._audiences.naming(user.name)
        return Leftover(
            user,
            self._tasks(user.name),
            [key for key in self._keys.list() if key.owner == user.name],
            [
                view.key
                for view in self._library.latest_of_each()
                if user.name in self._library.process(view.id).candidate_starter_users
            ],
            [process for purpose, process in named if purpose == START],
            [process for purpose, process in named if purpose == INCIDENT],
            [
                *self._substitutes.coming(user.name),
                *self._substitutes.standing_in(user.name),
            ],
        )

    def leave(self, name: str, heir: str, by: Actor) -> Pending[int | None]:
        """Disable a person, and hand over what they had; the number of the batch for their tasks.

        Without an ``heir`` tasks go back to their other candidates, and keys stop. Raises
        ``UserNotFound``, ``InvalidInput``; ``Conflict`` for the last administrator.
        """
        leaver, gets = self._people.get(name).name, self._heir(name, heir)
        tasks = [task.id for task in self._tasks(leaver)]
        given = Given(reason=f"{leaver} left", leaver=leaver, heir=gets)
        begin = self._batches.beginning("hand-over", tasks, by, given) if tasks else None
        works = [
            self._people.disabling(leaver, by),
            self._people.updating(leaver, groups=(), by=by),
            self._keys.handing_over(leaver, gets, by),
            self._audiences.handing_over(leaver, gets, by),
            self._substitutes.ending(leaver, by),
        ]

        def work(transaction: Transaction) -> int | None:
            with transaction.savepoint() as connection:
                for each in works:
                    each(connection)
                facts = {"heir": gets, "tasks": len(tasks)}
                chain.record(connection, self._clock(), by, "user.leave", leaver, **facts)
            return begin(transaction) if begin else None

        return self._store.change(work).finally_(self._keys.look_again)

    def _heir(self, leaver: str, heir: str) -> str:
        if not heir:
            return ""
        found = self._people.find(heir)
        if found is None or not found.active or found.name == self._people.get(leaver).name:
            raise InvalidInput("Choose somebody else who can sign in.")
        return found.name

    def _tasks(self, name: str) -> list[Held]:
        found: list[Held] = []
        rows = self._store.read().execute(_TASKS)
        for id, title, assignee, owner, users, groups, root, definition in rows:
            candidates = names(users)
            if name in (assignee, owner) or name in candidates:
                alone = not names(groups) and not set(candidates) - {name}
                process = self._library.view(definition).name
                found.append(Held(id, title, process, root, assignee == name, owner == name, alone))
        return found
