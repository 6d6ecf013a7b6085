"""People of the office with their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests.office import Office
from tests.serving import PASSWORD, Client

_numbers = count(1)


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


@pytest.fixture
def newcomer(kermit: Client, office: Office) -> Iterator[Callable[..., Client]]:
    """The browsers of people who were just added: nobody has given them anything to do yet."""
    with ExitStack() as stack:

        def added(*groups: str) -> Client:
            name = f"newcomer{next(_numbers)}"
            kermit.get("/admin/users/new")
            page = kermit.submit("/admin/users/new", name=name, groups=list(groups)).text
            found = re.search(r"/password/[\w-]+", page)
            assert found
            client = stack.enter_context(Client(office.url))
            client.get(found[0])
            client.submit(found[0], password=PASSWORD, again=PASSWORD)
            client.get("/account")
            return client

        yield added
