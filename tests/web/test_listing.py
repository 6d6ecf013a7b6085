"""The address of a list: what it says, what it leaves out, what it cannot mean."""

from typing import Any

import pytest

from web.listing import PAGE_SIZE, Listing, Slice


class Asked:
    """As much of a request as a list reads."""

    def __init__(self, **query: str) -> None:
        self.query_params = query


def listing(**query: str) -> Listing:
    request: Any = Asked(**query)
    return Listing.of(request, "/list", view=("all", "some"), q=(), sort=("name", "-date"))


def test_defaults_are_left_out():
    assert listing().link() == "/list"
    assert listing(view="all", sort="name", q=" ").link() == "/list"


def test_what_it_says_is_kept():
    one = listing(view="some", q="a&b=c é", sort="-name", page="7")
    assert one.link() == "/list?view=some&q=a%26b%3Dc+%C3%A9&sort=-name"
    assert one.here == one.link() + "&page=7"
    assert one.link(view="all", q="") == "/list?sort=-name"


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("view", "nonsense", "all"),
        ("view", "SOME", "all"),
        ("sort", "nonsense", "name"),
        ("sort", "--name", "name"),
        ("q", "x" * 500, "x" * 200),
        ("q", "  x  ", "x"),
    ],
)
def test_what_it_cannot_mean(name, text, read):
    assert listing(**{name: text})[name] == read


def test_a_view_is_no_filter_a_word_is():
    assert not listing(view="some", sort="-name", page="3").filtered
    assert listing(q="x").filtered


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "999999999999999999999", "²"])
def test_pages_of_a_short_list(page):
    found = [f"{number:03}" for number in range(PAGE_SIZE + 1)]
    sorts = {"name": str, "date": str}
    shown = Slice.of(found, listing(page=page), sorts)
    assert len(shown.items) in (0, 1, PAGE_SIZE)
    first = Slice.of(found, listing(sort="-name"), sorts)
    assert (first.items[0], first.next) == ("050", str(PAGE_SIZE))
    last = Slice.of(found, listing(page=first.next), sorts)
    assert (list(last.items), last.next) == (["050"], "")
