"""What every test may use: the work tree's root, Chromium, and Hypothesis without a clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import frontend
import pytest
from hypothesis import HealthCheck, settings

from tests.chromium import OPTIONS

if TYPE_CHECKING:
    import httpx
    from playwright.sync_api import Browser

    from tests.office import Office
    from tests.serving import Client, Site

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One worker more than there are cores: tests wait for servers, browsers and the disk."""
    return (yield) + 1


@pytest.fixture(scope="session")
def installed() -> Callable[[str, str], str]:
    """Finds a program of the system; without it the test is skipped, but never in CI."""

    def find(name: str, package: str) -> str:
        found = shutil.which(name)
        if found is None:
            say = pytest.fail if os.environ.get("CI") else pytest.skip
            say(f"needs {name}: apt install {package}")
        return found

    return find


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds the packages."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def chromium(installed: Callable[[str, str], str]) -> Iterator[Browser]:
    """A running Chromium; each test opens a context of its own in it.

    Playwright keeps an event loop running in the thread, so it ends with the file: other tests of
    the same worker run loops of their own.
    """
    from playwright.sync_api import expect, sync_playwright  # slow to load; most tests need none

    expect.set_options(timeout=20_000)  # a busy machine is no failure

    path = installed("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script, to be evaluated in a page; defines `axe`."""
    frontend.fetch_packages()
    return (frontend.PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A data directory in use (see ``Site``) that nobody serves: copy it; and what is in it."""
    from tests.serving import furnished  # it loads the whole appliance

    data = tmp_path_factory.mktemp("pristine") / "data"
    return data, furnished(data)


@pytest.fixture(scope="session")
def site(
    pristine: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server in use. Tests may add to it; one that takes something away starts its own."""
    from tests.serving import Served, Site

    data = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(pristine[0], data)
    # On a busy machine no script fails; no statement of any page, action or endpoint is a search.
    served = Served(data, ("--script-time", "60000"), "tests.overheard").start()
    yield Site(served, **pristine[1])
    assert served.stop() == 0, served.log[-5000:]


@pytest.fixture
def erp(site: Site) -> Iterator[httpx.Client]:
    """A program with an API key."""
    with site.erp() as client:
        yield client


@pytest.fixture
def client(site: Site) -> Iterator[Client]:
    """A person's browser without scripts, not signed in."""
    from tests.serving import Client

    with Client(site.url) as client:
        yield client


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office at work, served once; each test makes the cases that it changes."""
    from tests.office import Office, furnished
    from tests.serving import Served

    data = tmp_path_factory.mktemp("office") / "data"
    facts = furnished(data)
    served = Served(data, module="tests.overheard").start()
    yield Office(served, **facts)
    assert served.stop() == 0, served.log[-5000:]
