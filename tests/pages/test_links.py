"""Nothing leads nowhere: every link of every page that a person can reach, by role."""

from __future__ import annotations

import re
from collections import Counter, deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit

import httpx
import lxml.html
import pytest

from tests.office import Office
from tests.serving import Client

ENOUGH = 4
"""Of pages that differ by a number, a name or what is asked of them only, this many are read."""

ROLES = {
    "nobody": ["/login", "/offline"],
    "gonzo": ["/tasks", "/help"],
    "fozzie": ["/tasks", "/help"],
    "kermit": ["/tasks", "/admin", "/help"],
}
LINKS = ["href", "src", "hx-get", "data-module", "data-style", "data-xml"]
NAMES = ["commandfor", "popovertarget", "list", "for", "form"]
LISTS_OF_NAMES = ["aria-labelledby", "aria-describedby", "aria-controls"]


@dataclass
class Walk:
    """One person's way through all pages; what was wrong on it."""

    client: Client
    wrong: list[str] = field(default_factory=list)
    seen: dict[str, set[str]] = field(default_factory=dict)
    shapes: Counter[str] = field(default_factory=Counter)

    def go(self, starts: list[str]) -> None:
        """Follow everything from these addresses on."""
        waiting = deque((start, "the beginning", False) for start in starts)
        anchors: list[tuple[str, str, str]] = []
        while waiting:
            address, source, part = waiting.popleft()
            if address in self.seen or self._known_enough(address):
                continue
            answer = self._read(address, part)
            self.seen[address] = set()
            if part and answer.status_code == 204:
                continue  # it has nothing new to say
            if answer.status_code != 200:
                self.wrong.append(f"{source} leads to {address}: {answer.status_code}")
            elif answer.headers["content-type"].startswith("text/html"):
                tree = lxml.html.fromstring(answer.content or "<p></p>")
                self.seen[address] = set(tree.xpath("//@id"))
                self._check_names(tree, address, part)
                for kind, link in self._links(tree, address):
                    place, anchor = urldefrag(link)
                    waiting.append((place, address, kind == "hx-get"))
                    if anchor:
                        anchors.append((address, place, anchor))
        self.wrong += [
            f"{source} leads to {place}#{anchor}, which is not there"
            for source, place, anchor in anchors
            if place in self.seen and unquote(anchor) not in self.seen[place]
        ]

    def _known_enough(self, address: str) -> bool:
        place = urlsplit(address)
        if place.path.startswith(("/help", "/static")):
            return False
        path = re.sub(r"\d+", "0", place.path)
        path = re.sub(
            r"^(/admin/(?:processes|forms|users|groups)|/start|/people)/[^/]+", r"\1/x", path
        )
        shape = path + "?" + ",".join(sorted(name for name, _ in parse_qsl(place.query)))
        self.shapes[shape] += 1
        return self.shapes[shape] > ENOUGH

    def _read(self, address: str, part: bool) -> httpx.Response:
        headers = {"hx-request": "true"} if part else {}
        answer = self.client.get(address, headers=headers)
        for _ in range(3):
            if answer.status_code != 303:
                break
            answer = self.client.get(answer.headers["location"], headers=headers)
        return answer

    def _links(self, tree: Any, address: str) -> list[tuple[str, str]]:
        found = [(kind, str(value)) for kind in LINKS for value in tree.xpath(f"//@{kind}")]
        found += [("action", str(it)) for it in tree.xpath("//form[@method='get']/@action")]
        links = [(kind, urljoin(address, value)) for kind, value in found]
        return [(kind, link) for kind, link in links if link.startswith("/")]

    def _check_names(self, tree: Any, address: str, part: bool) -> None:
        if part:
            return  # it goes into a page, which has the rest
        named = [str(value) for kind in NAMES for value in tree.xpath(f"//@{kind}")]
        for kind in LISTS_OF_NAMES:
            named += " ".join(tree.xpath(f"//@{kind}")).split()
        ids = tree.xpath("//@id")
        self.wrong += [f"{address} names #{name}, which is not there"
                       for name in named if name not in ids]  # fmt: skip
        self.wrong += [f"{address} has #{name} {times} times"
                       for name, times in Counter(ids).items() if times > 1]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_link_leads_somewhere(office: Office, role: str):
    with ExitStack() as stack:
        nobody = role == "nobody"
        browser = stack.enter_context(Client(office.url) if nobody else office.client(role))
        walk = Walk(browser)
        walk.go(ROLES[role])
    assert walk.wrong == []
    help_pages = {place for place in walk.seen if place.startswith("/help/")}
    assert bool(help_pages) is not nobody
    if role == "kermit":
        parts = {place.split("/")[2] for place in walk.seen if place.startswith("/admin/")}
        assert {"processes", "instances", "incidents", "drafts", "users", "system"} <= parts
