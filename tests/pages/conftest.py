"""People of the office with their browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.office import Office
from tests.serving import Client


@pytest.fixture
def kermit(office: Office) -> Iterator[Client]:
    """The administrator's browser without scripts."""
    with office.client("kermit") as client:
        yield client


@pytest.fixture
def fozzie(office: Office) -> Iterator[Client]:
    """A manager's browser without scripts."""
    with office.client("fozzie") as client:
        yield client


@pytest.fixture
def gonzo(office: Office) -> Iterator[Client]:
    """The browser of somebody in no group."""
    with office.client("gonzo") as client:
        yield client
