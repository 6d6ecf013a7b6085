"""Which language a reader gets, and that numbers and dates are written as it does."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from web import formats, texts


@pytest.fixture(autouse=True)
def french(monkeypatch):
    """A second language, so that there is something to choose from."""
    monkeypatch.setattr(texts, "languages", lambda: ("en", "fr"))
    yield
    texts.speak("en")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA", "fr"),
        ("de-DE, de;q=0.9, fr;q=0.5, en;q=0.7", "en"),
        ("en;q=0.1, fr", "fr"),
        ("fr;q=0, en", "en"),
        ("*", "en"),
        ("xx, yy;q=nonsense, ;q=1, fr", "fr"),
        ("," * 10_000, "en"),
        ("../../etc/passwd", "en"),
    ],
)
def test_the_best_language_that_there_is(accepted, language):
    texts.speak(accepted)
    assert texts.language() == language


def test_the_first_choice_that_there_is_counts():
    texts.speak("xx", "fr", "en")
    assert texts.language() == "fr"


def test_dates_and_numbers_are_written_as_the_reader_does():
    moment = int(datetime(2026, 5, 1, 9, 15, tzinfo=UTC).timestamp() * 1000)
    texts.speak("en")
    assert formats.clock(moment, UTC) == "1 May 2026 09:15"
    assert formats.number(Decimal("1234.50")) == "1,234.50"
    assert formats.size(1_450_000) == "1.4 MB"
    texts.speak("fr")
    assert formats.clock(moment, UTC) == "1 mai 2026 09:15"
    assert formats.number(Decimal("1234.50")) == "1\u202f234,50"
    assert formats.size(1_450_000) == "1,4 MB"
