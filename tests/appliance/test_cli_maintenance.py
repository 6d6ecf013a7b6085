"""The commands that keep the data well, as scripts and people use them."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from appliance.box import Box
from appliance.cli.systemd import unit
from appliance.config import Config
from appliance.errors import InvalidInput
from tests.appliance.ended import begun, ended
from tests.appliance.given import DAY, NOON, PASSWORD, Clock


@pytest.fixture
def data(tmp_path):
    """A data directory with an instance that ended long ago and one that runs."""
    path = tmp_path / "data"
    box = Box(Config(data=path, demos=False), Clock(NOON - 400 * DAY))
    ended(box)
    begun(box)
    box.people.add("gonzo", PASSWORD, admin=True).result(10)
    box.close()
    return path


def flip(path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


# --- backup and restore


def test_a_backup_goes_where_it_is_wanted_and_comes_back(run, data, tmp_path):
    done = run("backup", "monday.zip", "--json")
    assert json.loads(done.stdout)["file"] == str(tmp_path / "monday.zip")
    assert json.loads(done.stdout)["files"] == 1
    assert "is whole" in run("restore", "--dry-run", "monday.zip").stdout
    new = str(tmp_path / "new")
    assert "sign in again" in run("restore", "monday.zip", "--data", new).stdout
    assert json.loads(run("check", "--json", "--data", new).stdout)["well"]
    assert "gonzo" in run("user", "list", "--data", new).stdout


def test_without_a_name_it_lies_in_the_data_directory(run, data):
    run("backup")
    [made] = (data / "backups").iterdir()
    assert made.name.startswith("backup-")
    assert zipfile.is_zipfile(made)


def test_a_file_that_is_there_is_not_overwritten(run, data, tmp_path):
    (tmp_path / "monday.zip").write_text("mine")
    assert "exists" in run("backup", "monday.zip", code=1).stderr
    assert (tmp_path / "monday.zip").read_text() == "mine"


def test_a_directory_in_use_is_not_replaced_without_a_word(run, data):
    run("backup", "monday.zip")
    assert "--force" in run("restore", "monday.zip", code=1).stderr
    run("restore", "monday.zip", "--force")
    assert list(data.glob("before-restore-*/workingflow.db"))
    run("check")


def test_a_damaged_backup_is_refused(run, data, tmp_path):
    run("backup", "monday.zip")
    flip(tmp_path / "monday.zip")
    for more in (["--dry-run"], ["--force"]):
        assert "damaged" in run("restore", "monday.zip", *more, code=1).stderr
    run("check")


def test_beside_a_server_a_backup_is_made_and_none_restored(run, data, tmp_path):
    box = Box(Config(data=data, demos=False))
    run("backup", "monday.zip")
    assert "process" in run("restore", "monday.zip", "--force", code=3).stderr
    run("check")
    box.close()


@pytest.mark.parametrize("command", ["backup", "check", "retention"])
def test_a_wrong_directory_is_not_made(run, tmp_path, command):
    assert "no database" in run(command, "--data", str(tmp_path / "typo"), code=1).stderr
    assert not (tmp_path / "typo").exists()


# --- check


def test_what_is_not_well_is_told_and_ends_with_1(run, data):
    [receipt] = (data / "files").rglob("*.pdf")
    receipt.unlink()
    done = run("check", code=1)
    assert "NOT WELL" in done.stdout
    assert receipt.name in done.stderr
    assert not json.loads(run("check", "--json", code=1).stdout)["well"]


# --- retention


def test_rules_a_preview_and_what_goes(run, data):
    run("retention", "--set", "365d", "--set", "expense=forever")
    assert json.loads(run("retention", "--dry-run", "--json").stdout)["instances"] == 0
    shown = run("retention", "--set", "expense=90d").stdout
    assert "expense" in shown
    assert "365 days" in shown
    assert json.loads(run("retention", "--dry-run", "--json").stdout)["instances"] == 1
    assert "1 instances would go" in run("retention", "--dry-run").stdout
    removed = json.loads(run("retention", "--json").stdout)
    assert (removed["instances"], removed["files"]) == ({"expense": 1}, 1)
    assert not list((data / "files").rglob("*.pdf"))
    run("retention", "--set", "expense=default")
    assert json.loads(run("retention", "--set", "1d", "--json").stdout) == {"rules": {"": 1}}
    run("check")


@pytest.mark.parametrize("rule", ["soon", "expense=", "expense=-1", "="])
def test_a_rule_that_cannot_be_read(run, data, rule):
    run("retention", "--set", rule, code=2)


def test_a_rule_for_a_process_that_there_is_not(run, data):
    assert "not found" in run("retention", "--set", "nothing=1d", code=1).stderr


# --- audit


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_log_is_taken_out_and_checked_elsewhere(run, data, tmp_path, form):
    exported = run("audit", "export", "--format", form).stdout
    (tmp_path / "audit").write_text(exported, encoding="utf-8")
    here, there = run("audit", "verify", "--json"), run("audit", "verify", "audit", "--json")
    assert json.loads(here.stdout) == json.loads(there.stdout)
    head = json.loads(here.stdout)["head"]
    run("audit", "verify", "--head", head)
    (tmp_path / "audit").write_text(exported.replace("gonzo", "fozzie"), encoding="utf-8")
    assert "was changed" in run("audit", "verify", "audit", code=1).stdout
    run("audit", "verify", "--head", "f" * 64, code=1)


def test_what_is_no_export_is_said(run, data, tmp_path):
    (tmp_path / "x").write_text("hello\n")
    assert "export" in run("audit", "verify", "x", code=1).stderr


# --- systemd


def test_a_unit_that_systemd_can_read(run, tmp_path, installed):
    verify = installed("systemd-analyze", "systemd")
    text = run("systemd-unit", "--data", "/var/lib/team").stdout
    (tmp_path / "workingflow.service").write_text(text)
    done = subprocess.run(
        [verify, "verify", "--man=no", str(tmp_path / "workingflow.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "workingflow.service" in line]
    assert ours == []
    assert f"ExecStart={sys.executable} -m appliance serve" in text
    assert "StateDirectory=team" in text


def test_a_unit_for_another_place_has_a_user(tmp_path):
    text = unit("/opt/workingflow", Path("/home/flow/data"), "flow", 80)
    for line in ("User=flow", "ReadWritePaths=/home/flow/data", "ProtectHome=no",
                 "AmbientCapabilities=CAP_NET_BIND_SERVICE"):  # fmt: skip
        assert line in text.splitlines()
    with pytest.raises(InvalidInput, match="--user"):
        unit("/opt/workingflow", Path("/srv/data"), "", 8080)
