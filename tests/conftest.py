"""What every test may use: the work tree's root, Chromium, and Hypothesis without a clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import frontend
import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM_OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


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


@pytest.fixture(scope="session")
def chromium(installed: Callable[[str, str], str]) -> Iterator[Browser]:
    """A running Chromium; each test opens a context of its own in it."""
    from playwright.sync_api import sync_playwright  # slow to load, and most tests need none

    path = installed("chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker's script, to be evaluated in a page; defines `axe`."""
    frontend.fetch_packages()
    return (frontend.PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
