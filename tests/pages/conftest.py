"""People of the office with their browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import httpx
import pytest

from tests.office import Office
from tests.serving import PASSWORD, PATIENCE, Client

_numbers = count(1)

MadeKey = Callable[..., httpx.Client]
"""Makes a program with a key; what it may do is given as the fields of the form."""


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


@pytest.fixture
def key(kermit: Client) -> Iterator[MadeKey]:
    """Makes a program with a key of certain rights."""
    with ExitStack() as stack:

        def program(**rights: object) -> httpx.Client:
            kermit.get("/admin/api-keys")
            page = kermit.submit("/admin/api-keys", name=f"program {next(_numbers)}", **rights)
            found = re.search(r"wf_[0-9A-Za-z]{43}", page.text)
            assert found is not None, page.text
            headers = {"Authorization": f"Bearer {found[0]}"}
            return stack.enter_context(
                httpx.Client(base_url=kermit.base_url, headers=headers, timeout=PATIENCE)
            )

        yield program
