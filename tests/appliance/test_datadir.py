"""The data directory: private, made once, and for one process at a time."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.datadir import DataDirectory
from appliance.errors import DataDirectoryLocked, DataDirectoryUnusable

HOLD = """
import sys, pathlib
from appliance.datadir import DataDirectory
DataDirectory.open(pathlib.Path(sys.argv[1])).lock()
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path, root):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "data")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_directory_is_private_whatever_the_umask(tmp_path):
    old = os.umask(0)
    try:
        data = DataDirectory.open(tmp_path / "deep" / "data")
        data.secret()
        data.lock()
    finally:
        os.umask(old)
    assert mode(data.path) == 0o700
    assert mode(data.path / "secret.key") == 0o600
    assert mode(data.path / "lock") == 0o600
    assert {mode(each) for each in (data.files, data.backups, data.tmp)} == {0o700}
    data.unlock()


def test_a_second_process_is_refused_by_the_first_ones_number(tmp_path, holder):
    data = DataDirectory.open(tmp_path / "data")
    with pytest.raises(DataDirectoryLocked, match=f"in use by process {holder.pid}") as refused:
        data.lock()
    assert refused.value.exit_code == 3


def test_the_lock_dies_with_its_process(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    data = DataDirectory.open(tmp_path / "data")
    data.lock()
    assert (data.path / "lock").read_text() == f"{os.getpid()}\n"
    data.unlock()
    data.unlock()


def test_a_second_lock_of_the_same_process_is_refused_too(tmp_path):
    first, second = (DataDirectory.open(tmp_path) for _ in range(2))
    first.lock()
    with pytest.raises(DataDirectoryLocked, match=str(os.getpid())):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()


def test_an_open_directory_of_ours_is_made_private(tmp_path):
    tmp_path.chmod(0o755)
    DataDirectory.open(tmp_path)
    assert mode(tmp_path) == 0o700


def test_somebody_elses_directory_is_left_alone(tmp_path):
    (tmp_path / "thesis.odt").write_text("")
    tmp_path.chmod(0o755)
    with pytest.raises(DataDirectoryUnusable, match="no data directory of Workingflow"):
        DataDirectory.open(tmp_path)
    assert mode(tmp_path) == 0o755
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.odt"]


def test_our_directory_may_hold_other_things(tmp_path):
    (tmp_path / "workingflow.toml").write_text("")
    (tmp_path / "notes.txt").write_text("")
    DataDirectory.open(tmp_path)


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_is_no_directory(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirectoryUnusable, match=r"[Nn]ot a directory"):
        DataDirectory.open(tmp_path / name)


def test_a_directory_that_cannot_be_made_is_refused():
    with pytest.raises(DataDirectoryUnusable, match=r"/proc/data: .+\."):
        DataDirectory.open(Path("/proc/data"))


def test_the_secret_is_made_once_and_kept(tmp_path):
    data = DataDirectory.open(tmp_path)
    secret = data.secret()
    assert len(secret) == 32
    assert DataDirectory.open(tmp_path).secret() == secret
    assert list(data.tmp.iterdir()) == []


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "ab" * 31, "é"])
def test_a_damaged_secret_is_never_replaced(tmp_path, content):
    data = DataDirectory.open(tmp_path)
    (tmp_path / "secret.key").write_text(content)
    with pytest.raises(DataDirectoryUnusable, match=r"secret\.key is damaged"):
        data.secret()
    assert (tmp_path / "secret.key").read_text() == content


def test_a_secret_that_others_may_read_is_closed_to_them(tmp_path):
    data = DataDirectory.open(tmp_path)
    data.secret()
    (tmp_path / "secret.key").chmod(0o644)
    data.secret()
    assert mode(tmp_path / "secret.key") == 0o600


def test_whoever_comes_second_takes_the_first_ones_secret(tmp_path, monkeypatch):
    data = DataDirectory.open(tmp_path)
    link = os.link

    def late(source, target):
        target.write_text("ab" * 32)
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    assert data.secret() == b"\xab" * 32


def test_leftovers_of_an_earlier_process_go(tmp_path):
    data = DataDirectory.open(tmp_path)
    (data.tmp / "upload").write_text("x")
    (data.tmp / "folder").mkdir()
    (data.tmp / "link").symlink_to(tmp_path / "files")
    data.empty_tmp()
    assert list(data.tmp.iterdir()) == []
    assert data.files.is_dir()


def test_a_copy_is_a_complete_move(tmp_path):
    data = DataDirectory.open(tmp_path / "here")
    secret = data.secret()
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    assert DataDirectory.open(tmp_path / "there").secret() == secret
