"""The box: everything the appliance can do, wired together; the only door for web and commands.

box.processes   what is deployed           box.people, box.setup, box.password_links
box.instances   starting and following     box.sessions      signed-in browsers
box.inbox       lists of tasks             box.keys          API keys
box.tasks       one task                   box.files         uploads
box.messages, box.signals, box.conditions  box.jobs          work of external workers
box.clockwork   timers                     box.moves         migrations of running instances
box.incidents   what stands still          box.batches       the same done to many
box.audit       who did what               box.backups, box.retention, box.system
box.statistics  how often, how long        box.overview      what needs somebody now
box.public_starts  links for everybody
box.live        "something changed"        box.saved_filters of the inbox
box.comments    on cases                   box.notices       what people are told
box.drafts      models being drawn         box.modeling      advice for whoever draws
box.trials      drafts in a sandbox        box.forms         forms by their key
box.unsent      what was typed into forms  box.calls         of API keys, the last ones
box.second_factor  codes of apps           box.audiences     who starts, who is told
box.variables   how values changed         box.store         for tests and checks
box.people_import  from a CSV file     box.leaving       people who go
box.substitutes  of people who are away
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo

from appliance import __version__
from appliance.actor import SYSTEM
from appliance.audiences import Audiences
from appliance.audit import Audit
from appliance.backups import Backups
from appliance.batches import Batches
from appliance.calls import Calls
from appliance.cases import Cases
from appliance.clockwork import Clockwork
from appliance.comments import Comments
from appliance.config import SETTINGS, Config
from appliance.datadir import DataDirectory
from appliance.drafts import Drafts
from appliance.errors import Conflict, StorageFull
from appliance.files import Files
from appliance.form_drafts import FormDrafts
from appliance.forms import Forms
from appliance.inbox import Inbox
from appliance.incidents import Incidents
from appliance.instances import Instances
from appliance.jobs import Jobs
from appliance.keys import Keys
from appliance.leaving import Leaving
from appliance.library import Library
from appliance.live import INSTANCES, TASKS, Live
from appliance.messages import Conditions, Messages, Signals
from appliance.modeling import Modeling
from appliance.moves import Moves
from appliance.notices import Notices
from appliance.overview import Overview
from appliance.password_links import PasswordLinks
from appliance.people import People
from appliance.people_import import PeopleImport
from appliance.processes import Processes
from appliance.public_starts import PublicStarts
from appliance.retention import Retention
from appliance.saved_filters import SavedFilters
from appliance.second_factor import SecondFactor
from appliance.sessions import Sessions
from appliance.setup import Setup
from appliance.statistics import Statistics
from appliance.store import chain, sqlite
from appliance.store.store import Store
from appliance.substitutes import Substitutes
from appliance.system import System
from appliance.tasks import Tasks
from appliance.trials import Trials
from appliance.unsent import Unsent
from appliance.upkeep import Upkeep
from appliance.variables import Variables
from engine.world import Limits
from processes import GROUPS

log = logging.getLogger(__name__)


def wall_clock() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Box:
    """An open data directory with all that works on it. ``start`` sets its timers going."""

    def __init__(self, config: Config, clock: Callable[[], int] = wall_clock) -> None:
        """Open the data directory, alone.

        Raises ``DataDirectoryLocked``, ``DataDirectoryUnusable``, ``DatabaseNewer``.
        """
        self.config = config
        self.clock = clock
        self.directory = DataDirectory.open(config.data)
        self.directory.lock()
        try:
            self.directory.check_whole()
            self.store = Store(self.directory.database)
        except BaseException:
            self.directory.unlock()
            raise
        self._wire()
        self.files.sweep()
        self.directory.empty_tmp()
        if config.demos:
            for group in self.processes.deploy_shipped():
                with suppress(Conflict):  # somebody has made it already
                    self.people.add_group(group, GROUPS[group]).result()

    def start(self) -> None:
        """Serve many, and let timers fire, first those that were due while nothing ran."""
        self.store.start()
        self.clockwork.start()
        self.moves.start()
        self.batches.start()
        self.backups.start()
        self.upkeep.start()
        try:
            self.store.write(self._tell_start).result()
        except StorageFull as error:  # what is there can be read, and room be made
            log.error("the audit log does not tell of this start: %s", error)

    def close(self) -> None:
        """Finish what waits and let go of the data directory. Harmless when it is closed."""
        self.trials.close()
        self.upkeep.close()
        self.backups.close()
        self.batches.close()
        self.moves.close()
        self.clockwork.close()
        self.store.close()
        self.directory.unlock()

    def _tell_start(self, connection: sqlite.Connection) -> None:
        """Who looks for a changed setting finds it between two starts."""
        config = self.config
        settings = {n: config.shown(n) for n in SETTINGS if config.source(n) != "default"}
        facts = {"version": __version__, "settings": settings}
        chain.record(connection, self.clock(), SYSTEM, "server.start", **facts)

    def _wire(self) -> None:
        config, store, clock = self.config, self.store, self.clock
        limits = Limits(script_ms=config.script_time, script_bytes=config.script_memory)
        library = Library(store.read)
        store.attach(library, clock, ZoneInfo(config.time_zone), limits)
        self.live = Live()
        store.on_change = lambda: self.live.publish(TASKS, INSTANCES)
        self.files = Files(
            self.directory.files, self.directory.tmp, store.read, config.upload_limit
        )
        self.people = People(store, clock)
        self.audiences = Audiences(store, self.people, self.live, clock)
        self.processes = Processes(
            store, library, self.audiences, self.live, clock, config.model_limit
        )
        self.substitutes = Substitutes(store, self.people, self.live, clock)
        cases = Cases(store, library, self.files, self.substitutes, clock)
        self.instances = Instances(store, library, self.processes, self.files, cases)
        self.inbox = Inbox(store, library, self.substitutes, clock)
        self.tasks = Tasks(store, library, self.files, self.substitutes)
        self.unsent = Unsent(store, self.tasks, clock)
        self.messages = Messages(store)
        self.signals = Signals(store)
        self.conditions = Conditions(store)
        self.jobs = Jobs(store, library, clock)
        self.incidents = Incidents(store, library)
        self.batches = Batches(store, clock)
        self.variables = Variables(store, library)
        self.overview = Overview(store, library, clock)
        self.notices = Notices(store, self.live, clock)
        self.clockwork = Clockwork(store, clock, self.notices.look)
        self.statistics = Statistics(store, library, clock)
        self.moves = Moves(store, library, clock)
        self.comments = Comments(store, cases, self.people, self.live, clock)
        self.second_factor = SecondFactor(store, self.people, clock)
        self.saved_filters = SavedFilters(store)
        self.forms = Forms(store.read, library, self.processes)
        self.drafts = Drafts(store, clock, config.model_limit)
        self.form_drafts = FormDrafts(store, clock)
        self.modeling = Modeling(self.processes, self.forms, self.people, clock, store.zone)
        self.trials = Trials(self.drafts, self.forms, self.processes, clock)
        self.password_links = PasswordLinks(store, self.people, clock)
        self.setup = Setup(store, clock)
        self.public_starts = PublicStarts(
            store, self.processes, self.instances, self.directory.secret, clock
        )
        self.sessions = Sessions(
            store, self.people, clock, idle=config.session_idle, limit=config.session_limit
        )
        self.keys = Keys(store, clock)
        self.calls = Calls()
        self.people_import = PeopleImport(store, self.people, clock)
        self.leaving = Leaving(
            store, library, self.people, self.keys, self.audiences, self.substitutes, self.batches,
            clock,
        )  # fmt: skip
        self.audit = Audit(store, clock)
        self.backups = Backups(
            store, self.directory, clock, at=config.backup_at, zone=ZoneInfo(config.time_zone),
            kept=config.backups_kept,
        )  # fmt: skip
        self.retention = Retention(store, self.directory, self.files, clock)
        self.system = System(store, self.directory, self.clockwork, clock)
        self.upkeep = Upkeep(
            self.system, self.backups, self.retention, self.audit, clock, config.audit_kept
        )
