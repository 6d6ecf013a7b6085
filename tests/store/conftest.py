"""A store, empty or with processes of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.store.store import Store
from tests.store.given import Stored


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workingflow.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    store.start()
    yield store
    store.close()


@pytest.fixture
def stored(path: Path) -> Iterator[Stored]:
    stored = Stored(path)
    yield stored
    stored.close()
