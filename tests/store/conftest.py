"""A store with processes of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.given import Stored


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Stored]:
    stored = Stored(tmp_path / "workingflow.db")
    yield stored
    stored.close()
