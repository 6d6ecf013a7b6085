"""Processes: what is deployed, deploying, suspending, and what starts with which form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from appliance.actor import SYSTEM, Actor
from appliance.audiences import START, Audience, Audiences
from appliance.deployment import Deployment
from appliance.effects import Effect, effects
from appliance.errors import Conflict, InvalidInput
from appliance.library import Library
from appliance.live import PROCESSES, Live
from appliance.pending import Pending
from appliance.store import chain, deployments
from appliance.store.known import Known, known_in
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from appliance.views import ProcessView
from engine.difference import Difference, differences
from engine.forms import Form, from_form_fields
from engine.markup import keeping_everything
from engine.model import Process
from engine.starts import start_triggers
from processes import SHIPPED

_SUSPEND = "UPDATE definition SET suspended = ? WHERE key = ?"


class Processes:
    """The definitions of the box."""

    def __init__(
        self,
        store: Store,
        library: Library,
        audiences: Audiences,
        live: Live,
        clock: Callable[[], int],
        limit: int,
    ) -> None:
        self._store = store
        self._library = library
        self._audiences = audiences
        self._live = live
        self._clock = clock
        self._limit = limit

    def list(self) -> list[ProcessView]:
        """The latest version of each process that runs, by key."""
        return [view for view in self.kept() if view.executable]

    def kept(self) -> list[ProcessView]:
        """The latest version of each process, those for viewing only too, by key."""
        return self._library.latest_of_each()

    def get(self, key: str, version: int | None = None) -> ProcessView:
        """One process, its latest version by default. Raises ``ProcessNotFound``."""
        return self._library.find(key, version)

    def versions(self, key: str) -> list[ProcessView]:
        """All versions of a process, the latest first. Raises ``ProcessNotFound``."""
        return self._library.versions(key)

    def xml(self, key: str, version: int | None = None) -> bytes:
        """The BPMN file as it was deployed. Raises ``ProcessNotFound``."""
        return self._library.xml(self.get(key, version).id)

    def model(self, key: str, version: int | None = None) -> Process:
        """The compiled process. Raises ``ProcessNotFound``."""
        return self._library.process(self.get(key, version).id)

    def startable(self, who: Actor) -> list[ProcessView]:
        """What this person may start now."""
        return [view for view in self.list() if not view.suspended and self.may_start(who, view)]

    def may_start(self, who: Actor, view: ProcessView) -> bool:
        """Whether a process is open to this person; administrators may start all."""
        process = self._library.process(view.id)
        if process.called_only or not process.executable:
            return False
        starters = self.starters(view)
        return who.admin or starters.usual or starters.names(who)

    def starters(self, view: ProcessView) -> Audience:
        """Who may start a process: whom an administrator named, else whom its model names."""
        return self._audiences.of(START, view.key) or self.model_starters(view)

    def model_starters(self, view: ProcessView) -> Audience:
        """Whom the model of a version names as starters: everybody, unless it names some."""
        process = self._library.process(view.id)
        users, groups = process.candidate_starter_users, process.candidate_starter_groups
        return Audience(not (users or groups), tuple(users), tuple(groups))

    def start_form(self, key: str) -> Form | None:
        """The form that a person fills in to start; None when there is none.

        Raises ``ProcessNotFound``; ``Conflict`` when the model names a form that nobody deployed.
        """
        view = self.get(key)
        process = self._library.process(view.id)
        if process.start_form_fields:
            fields = from_form_fields(process.start_form_fields, key=key, file=process.file)
            return Form.parse(fields, file=process.file)
        if not process.start_form_key:
            return None
        form = self._library.form(view.id, process.start_form_key)
        if form is None:
            raise Conflict(f"The start form {process.start_form_key} of {key} is not deployed.")
        return form

    def help(self, key: str) -> str:
        """The page of help of a process, in Markdown; empty for one that did not ship."""
        return next((shipped.help() for shipped in SHIPPED if shipped.key == key), "")

    def check(self, files: Mapping[str, bytes]) -> Deployment:
        """Read models and forms that are to be deployed together, and everything wrong with them.

        Nothing is changed: :meth:`deploy_checked` does that.
        """
        if not files:
            raise InvalidInput("There is no file to deploy.")
        with keeping_everything():
            return Deployment.read(_named(files), self._limit, self._known())

    def effects(self, checked: Deployment) -> list[Effect]:
        """What deploying would change. Raises ``ModelInvalid``."""
        return effects(checked.or_raise(), self._library, self._store.read())

    def differences(self, key: str, old: int, new: int) -> list[Difference]:
        """How a version of a process differs from another. Raises ``ProcessNotFound``."""
        return differences(self.xml(key, old), self.xml(key, new))

    def deploy(self, files: Mapping[str, bytes], by: Actor) -> Pending[list[ProcessView]]:
        """Deploy models and forms together: a new version of each process that is new.

        What is the same as the latest version stays (``unchanged``). Raises ``ModelInvalid``;
        ``ExpressionFailed`` or ``TimeInvalid`` when a start timer cannot be told.
        """
        with keeping_everything():
            return self.deploy_checked(self.check(files), by)

    def deploy_checked(self, deployment: Deployment, by: Actor) -> Pending[list[ProcessView]]:
        """Deploy what was checked before, as :meth:`deploy` does."""
        deployment.or_raise()
        now, zone = self._clock(), self._store.zone
        starts = {
            process.key: start_triggers(process, now, zone) if process.executable else []
            for _, process in deployment.processes
        }

        def work(transaction: Transaction) -> list[ProcessView]:
            with transaction.savepoint():
                written = deployments.write(transaction, deployment, starts, now, str(by))
            transaction.after.append(lambda: self._deployed(deployment, written))
            return written

        return self._store.change(work)

    def deploy_shipped(self) -> list[str]:
        """Deploy the processes that ship, in a store that has none yet; the groups they name."""
        if self._library.all():
            return []
        for shipped in SHIPPED:
            self.deploy(shipped.files(), SYSTEM).result()
        return sorted({group for shipped in SHIPPED for group in shipped.groups})

    def suspend(self, key: str, by: Actor) -> Pending[None]:
        """Refuse starts of this process; what runs goes on. Raises ``ProcessNotFound``."""
        return self._set_suspended(key, by, True)

    def activate(self, key: str, by: Actor) -> Pending[None]:
        """Allow starts again. Raises ``ProcessNotFound``."""
        return self._set_suspended(key, by, False)

    def _set_suspended(self, key: str, by: Actor, suspended: bool) -> Pending[None]:
        self.get(key)
        now, action = self._clock(), "process.suspend" if suspended else "process.activate"

        def work(transaction: Transaction) -> None:
            with transaction.savepoint() as connection:
                connection.execute(_SUSPEND, (suspended, key))
                chain.record(connection, now, by, action, key)
            transaction.after.append(self._changed)

        return self._store.change(work)

    def _deployed(self, deployment: Deployment, views: Sequence[ProcessView]) -> None:
        processes = {process.key: process for _, process in deployment.processes}
        self._library.keep({view.id: processes[view.key] for view in views if not view.unchanged})
        self._changed()

    def _changed(self) -> None:
        self._library.refresh()
        self._live.publish(PROCESSES)

    def _known(self) -> Known:
        return known_in(self._store.read)


def _named(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files under their plain names. Raises ``InvalidInput`` when two have the same."""
    named: dict[str, bytes] = {}
    for name, data in files.items():
        plain = re.split(r"[\\/]", name)[-1].replace("\0", "")
        if plain in named or not plain:
            raise InvalidInput(f"Two files of a deployment are called {plain!r}.")
        named[plain] = data
    return named
