"""The command line, as scripts and people use it: real processes, exit codes, two streams."""

import json
import os
import pty
import re
import subprocess
import sys

import click
import pytest

from appliance.cli import program
from appliance.datadir import DataDirectory
from appliance.store import sqlite
from appliance.store.migrations import VERSION
from engine.rules import BY_ID
from tests.appliance.given import PASSWORD


def leaves(group: click.Group = program, path=()):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield pytest.param((*path, name), command, id=" ".join((*path, name)))


@pytest.mark.parametrize(("path", "command"), list(leaves()))
def test_every_command_takes_data_and_shows_an_example(path, command):
    assert "--data" in {option for each in command.params for option in each.opts}
    assert f"workingflow {' '.join(path)}" in command.epilog
    assert len(command.get_short_help_str(60)) < 60
    assert not command.get_short_help_str(60).endswith("...")


def test_help_names_every_command_and_exit_code(run):
    shown = run("--help").stdout
    for word in (*program.commands, "Exit codes", "3  the data directory is in use"):
        assert word in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["serve", "--port", "high"],
        ["--port", "0"],
        ["serve", "extra"],
        ["user", "add"],
        ["user", "add", "kermit"],
        ["api-key", "create", "x", "--expires", "soon"],
        ["lint"],
        ["lint", "no-such-file.bpmn"],
        ["version", "--fast"],
    ],
)
def test_wrong_usage_is_2(run, arguments):
    assert run(*arguments, code=2).stdout == ""


def test_the_rules_of_the_check_are_printed(run):
    told = run("lint", "--rules").stdout
    rows = json.loads(run("lint", "--rules", "--json").stdout)
    assert [row["rule"] for row in rows] == list(BY_ID)
    assert all(f"\n  {rule.id} (" in told for rule in BY_ID.values())
    assert "--rules" in run("lint", "--help").stdout


BAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">\n'
    '<process id="p" isExecutable="true"><startEvent id="a"/>\n<{} id="odd"/><task id="lost"/>\n'
    '<sequenceFlow id="f" sourceRef="a" targetRef="odd"/></process></definitions>'
)


def test_the_check_tells_everything_at_once_and_what_to_do(run, tmp_path):
    (tmp_path / "bad.bpmn").write_text(BAD.format("quantum"))
    told = run("lint", "bad.bpmn", code=1)
    assert told.stdout.splitlines() == [
        "bad.bpmn:3: error: <quantum> is not supported [odd] (unsupported)"
    ]
    assert f"  unsupported: {BY_ID['unsupported'].remedy}\n" in told.stderr
    (tmp_path / "odd.bpmn").write_text(BAD.format("userTask"))
    found = json.loads(run("lint", "odd.bpmn", "--json").stdout)
    assert [(each["rule"], each["element"], each["line"]) for each in found] == [
        ("unreachable", "lost", 3), ("nobodys-task", "odd", 3),
    ]  # fmt: skip
    assert all(each["remedy"] == BY_ID[each["rule"]].remedy for each in found)


def test_deploying_tells_everything_at_once_and_what_to_do(run, tmp_path):
    (tmp_path / "bad.bpmn").write_text(BAD.format("quantum") + "\n")
    (tmp_path / "worse.bpmn").write_text("<nothing/>")
    refused = run("deploy", "bad.bpmn", "worse.bpmn", code=1)
    assert refused.stdout == ""
    assert "[odd] (unsupported)" in refused.stderr
    assert "\nworse.bpmn: error:" in refused.stderr
    assert f"  not-bpmn: {BY_ID['not-bpmn'].remedy}\n" in refused.stderr
    assert refused.stderr.endswith("Nothing was deployed.\n")
    (tmp_path / "odd.bpmn").write_text(BAD.format("userTask"))
    done = run("deploy", "odd.bpmn", "--json")
    assert [each["key"] for each in json.loads(done.stdout)] == ["p"]
    assert "warning: 'lost' can never be reached [lost] (unreachable)" in done.stderr


def test_version_says_what_runs_here(run):
    assert re.match(r"workingflow \d+\.\d+\.\d+ \(Python 3\.", run("version").stdout)
    assert json.loads(run("version", "--json").stdout)["sqlite"] == sqlite.VERSION
    assert re.fullmatch(r"workingflow \d+\.\d+\.\d+\n", run("--version").stdout)


def test_every_command_says_which_directory_it_used_and_why(run, tmp_path):
    default = run("api-key", "create", "ERP").stderr.splitlines()[0]
    used = f"Data directory: {tmp_path}/data (environment WORKINGFLOW_DATA)"
    assert default == f"{used}, which holds nothing yet"
    assert run("user", "list").stderr == f"{used}\n"
    flag = run("config", "show", "--data", "other").stderr
    assert flag == f"Data directory: {tmp_path}/other (flag --data), which holds nothing yet\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["user", "list"],
        ["user", "disable", "kermit"],
        ["api-key", "list"],
        ["api-key", "rotate", "ERP"],
        ["audit", "verify"],
        ["audit", "export"],
        ["migrate", "expense", "--from", "1", "--to", "2"],
        ["undo-migration", "1"],
        ["backup"],
        ["check"],
        ["retention"],
    ],
    ids=" ".join,
)
def test_a_mistyped_directory_is_no_new_one(run, tmp_path, arguments):
    done = run(*arguments, "--data", "mistyped", code=1)
    assert done.stdout == ""
    assert f"{tmp_path}/mistyped holds no database" in done.stderr
    assert "--data" in done.stderr
    assert not (tmp_path / "mistyped").exists()


def test_a_mistyped_variable_is_told(run):
    said = run("config", "show", WORKINGFLOW_PRT="80").stderr
    assert "no setting for the variable WORKINGFLOW_PRT" in said


def test_people_from_the_command_line(run):
    password = PASSWORD + "\n"
    added = run("user", "add", "kermit", "--admin", "--password-stdin", stdin=password)
    assert added.stdout == "Added kermit as an administrator.\n"
    run("user", "add", "Kermit", "--password-stdin", stdin=password, code=1)
    run("user", "add", "gonzo", "--password-stdin", "--json", stdin=password)
    run("user", "disable", "gonzo")
    run("user", "passwd", "gonzo", "--password-stdin", stdin="another good one")
    gonzo, kermit = json.loads(run("user", "list", "--json").stdout)
    assert (kermit["name"], kermit["active"], gonzo["active"]) == ("kermit", True, False)
    run("user", "enable", "gonzo")
    assert re.search(r"^gonzo\s*$", run("user", "list").stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["user", "add", "kermit", "--password-stdin"], "short\n", "at least 8 characters"),
        (["user", "add", "kermit", "--password-stdin"], "", "at least 8 characters"),
        (["user", "add", "a:b", "--password-stdin"], PASSWORD, "letters, digits"),
        (["user", "add", "k", "--group", "x", "--password-stdin"], PASSWORD, "no group x"),
        (["user", "disable", "gonzo"], "", "There is no user gonzo."),
        (["user", "passwd", "gonzo", "--password-stdin"], PASSWORD, "There is no user gonzo."),
        (["api-key", "revoke", "ERP"], "", "There is no API key ERP."),
        (["api-key", "create", " "], "", "needs a name"),
    ],
)
def test_a_refusal_is_one_line_and_1(run, arguments, stdin, message):
    run("setup-link")
    done = run(*arguments, stdin=stdin, code=1)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()[1:]
    assert line.startswith("workingflow: ")
    assert message in line
    assert PASSWORD not in done.stderr


def test_the_last_administrator_cannot_be_disabled(run):
    run("user", "add", "kermit", "--admin", "--password-stdin", stdin=PASSWORD)
    assert "last administrator" in run("user", "disable", "kermit", code=1).stderr


def test_a_person_is_asked_for_a_password_twice_and_it_is_not_shown(run, tmp_path, root):
    terminal, child = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "appliance", "user", "add", "kermit", "--data", f"{tmp_path}/data"],
        cwd=root, stdin=child, stdout=child, stderr=child, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(child)
        seen = b""
        for question in (b"Password:", b"confirmation:"):
            while question not in seen:
                seen += os.read(terminal, 1000)
            os.write(terminal, PASSWORD.encode() + b"\n")
        while b"Added kermit." not in seen:
            seen += os.read(terminal, 1000)
        assert process.wait() == 0
    os.close(terminal)
    assert PASSWORD.encode() not in seen


def test_a_key_is_all_that_create_prints(run):
    created = run("api-key", "create", "ERP Integration")
    assert re.fullmatch(r"wf_[0-9A-Za-z]{43}\n", created.stdout)
    assert "only now" in created.stderr
    again = json.loads(run("api-key", "create", "CI", "--expires", "90d", "--json").stdout)
    assert again["key"].startswith(again["prefix"])
    assert again["expires"] > again["created"]


def test_a_key_for_a_process_that_is_not_there_is_made_and_told_of(run):
    made = run("api-key", "create", "Scanner", "--process", "invioce")
    assert made.stdout.startswith("wf_")
    assert "no process 'invioce' yet" in made.stderr


def test_keys_are_listed_and_revoked(run):
    text = run("api-key", "create", "ERP").stdout.strip()
    run("api-key", "create", "CI")
    run("api-key", "revoke", "erp")
    listed = run("api-key", "list")
    assert re.search(rf"^ERP +{text[:11]}… +inactive ", listed.stdout, re.MULTILINE)
    assert text not in listed.stdout
    run("api-key", "revoke", "ERP", "--delete")
    (key,) = json.loads(run("api-key", "list", "--json").stdout)
    assert (key["name"], key["state"], key["lastUsed"]) == ("CI", "active", None)


def test_a_set_up_link_is_printed_until_there_is_an_administrator(run):
    link = run("setup-link", WORKINGFLOW_BASE_URL="https://flow.example.com/").stdout
    assert re.fullmatch(r"https://flow\.example\.com/setup\?token=[\w-]{43}\n", link)
    run("user", "add", "kermit", "--admin", "--password-stdin", stdin=PASSWORD)
    assert "administrator already" in run("setup-link", code=1).stderr


def test_config_show_names_every_source(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "workingflow.toml").write_text("port = 81\n")
    shown = run("config", "show", WORKINGFLOW_HOST="0.0.0.0").stdout
    assert re.search(rf"^port +81 +file {tmp_path}/data/workingflow\.toml$", shown, re.MULTILINE)
    assert re.search(r"^host +0\.0\.0\.0 +environment WORKINGFLOW_HOST$", shown, re.MULTILINE)
    assert re.search(r"^session_idle +12h +default$", shown, re.MULTILINE)
    settings = {each["name"]: each for each in json.loads(run("config", "show", "--json").stdout)}
    assert settings["port"]["value"] == "81"
    assert settings["port"]["variable"] == "WORKINGFLOW_PORT"


@pytest.mark.parametrize("line", ["prot = 1", "port = 'high'", "port ="])
def test_a_wrong_settings_file_stops_every_command(run, tmp_path, line):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "workingflow.toml").write_text(line)
    for command in (["user", "list"], ["config", "show"], ["serve"]):
        assert "workingflow.toml" in run(*command, code=1).stderr


def test_a_newer_database_is_4(run, tmp_path):
    run("setup-link")
    with sqlite.connect(tmp_path / "data" / "workingflow.db") as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 7}")
    connection.close()
    refused = run("user", "list", code=4)
    assert str(VERSION + 7) in refused.stderr


def test_somebody_elses_directory_is_refused(run, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.odt").write_text("")
    assert "thesis.odt" in run("setup-link", "--data", "home", code=1).stderr
    assert [each.name for each in (tmp_path / "home").iterdir()] == ["thesis.odt"]


def test_accounts_work_while_the_directory_is_locked(run, tmp_path):
    run("setup-link")
    data = DataDirectory.open(tmp_path / "data")
    data.lock()
    assert run("api-key", "create", "ERP").stdout.startswith("wf_")
    data.unlock()


def test_a_closed_pipe_is_no_crash(run, tmp_path, root):
    with subprocess.Popen(
        [sys.executable, "-m", "appliance", "config", "show", "--data", str(tmp_path / "data")],
        cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait() in (0, 1)
        assert "Traceback" not in process.stderr.read()
