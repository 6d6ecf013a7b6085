"""A frozen program keeps its unpacked files and hands on a clean environment."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance import frozen


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Settles as if unpacked into `tmp_path`, and lets go at the end."""
    held: list[int] = []

    def act() -> None:
        monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
        descriptor = frozen.settle()
        assert descriptor is not None
        held.append(descriptor)

    yield act
    for descriptor in held:
        os.close(descriptor)


def test_from_source_nothing_happens(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/lib")
    assert frozen.settle() is None
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/lib"


def test_a_cleaner_of_temporary_files_finds_the_folder_locked(
    settle: Callable[[], None], tmp_path: Path
):
    settle()
    cleaner = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(cleaner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(cleaner)


def test_the_library_path_is_put_back(
    settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/lib")
    settle()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


def test_a_library_path_that_was_not_there_goes_away(
    settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    settle()
    assert "LD_LIBRARY_PATH" not in os.environ
