"""Upkeep: what is due is done, by the hour and by the day; one thing hinders no other."""

import pytest

from appliance import archive
from appliance.actor import SHELL
from appliance.audit import Wanted
from appliance.box import Box
from appliance.config import Config
from appliance.errors import StorageFull
from tests.appliance.ended import check, ended
from tests.appliance.given import DAY, HOUR, MINUTE


@pytest.fixture
def box(tmp_path, clock):
    config = Config(data=tmp_path / "data", demos=False, backup_at="02:30", audit_kept=100)
    box = Box(config, clock)
    yield box
    box.close()


def test_each_hour_and_each_day(box, clock):
    ended(box)
    box.retention.set("", 30, SHELL).result(10)
    box.upkeep.work()
    assert len(box.system.growth()) == 1
    clock.advance(20 * MINUTE)
    ended(box)
    box.upkeep.work()
    assert box.system.growth()[0].files == 5009  # not looked at again so soon
    clock.advance(40 * MINUTE)
    box.upkeep.work()
    assert box.system.growth()[0].files == 2 * 5009
    assert box.backups.list() == []
    clock.advance(DAY)
    box.upkeep.work()
    assert len(box.backups.list()) == 1
    clock.advance(30 * DAY)
    box.upkeep.work()
    assert box.instances.list("all").items == []
    assert box.system.growth()[-1].files == 2 * 5009  # seen before they went
    check(box)


def test_what_is_old_goes_at_once_when_somebody_asks(box, clock):
    ended(box)
    clock.advance(2 * DAY)
    box.upkeep.work()
    box.retention.set("", 1, SHELL).result(10)
    box.upkeep.work()
    assert len(box.instances.list("all").items) == 1  # due within the hour
    box.upkeep.let_go(SHELL)
    box.upkeep.work()
    assert box.instances.list("all").items == []
    [entry] = box.audit.list(Wanted(action="retention.run")).items
    assert entry.by == SHELL.name
    assert box.retention.removing is None
    check(box)


def test_old_entries_of_the_audit_log_go(box, clock):
    box.people.add_group("staff").result(10)
    clock.advance(101 * DAY)
    box.upkeep.work()
    assert box.audit.list(Wanted(action="group")).items == []
    assert box.audit.verify().problem == ""


def test_while_a_backup_is_made_elsewhere_nothing_goes(box, clock):
    ended(box)
    box.retention.set("", 1, SHELL).result(10)
    clock.advance(2 * DAY)
    with box.directory.files_held():
        box.upkeep.work()
    assert len(box.instances.list("all").items) == 1
    clock.advance(HOUR)
    box.upkeep.work()
    assert box.instances.list("all").items == []


def test_a_backup_that_fails_does_not_end_it(box, clock, monkeypatch):
    def fail(*_: object) -> None:
        raise StorageFull("full")

    monkeypatch.setattr(archive, "write", fail)
    box.system.look().result(10)
    clock.advance(DAY)
    with pytest.raises(StorageFull):
        box.upkeep.work()
    assert len(box.system.growth()) == 2
    assert box.backups.state().problem == "full"


def test_a_start_is_told_with_the_settings_that_somebody_gave(tmp_path, clock):
    environ = {"WORKINGFLOW_BACKUPS_KEPT": "3"}
    box = Box(Config.load({"data": str(tmp_path / "other"), "port": "81"}, environ), clock)
    box.start()
    [entry] = box.audit.list(Wanted(action="server.start")).items
    assert entry.by == "system"
    assert entry.detail["settings"] == {"backups_kept": "3", "port": "81"}
    box.close()
