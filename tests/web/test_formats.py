"""Times, sizes and values as people read them."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from appliance.store import queries
from web import formats, texts
from web.formats import DAY, HOUR, MINUTE

BERLIN = ZoneInfo("Europe/Berlin")
NOW = int(datetime(2026, 5, 1, 9, 15, 22, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("name", [None, "", "Europe/Atlantis", "../../etc/passwd", "UTC\0"])
def test_an_unknown_zone_is_utc(name):
    assert formats.zone_of(name) is UTC


def test_a_time_has_the_machines_form_and_the_readers():
    tag = formats.time_tag(NOW + 7, BERLIN)
    assert 'datetime="2026-05-01T09:15:22.007+00:00"' in tag
    assert "1 May 2026 11:15:22 CEST" in tag
    assert tag.endswith(">1 May 2026 11:15</time>")


def test_a_text_inside_a_time_is_text():
    assert "&lt;b&gt;" in formats.time_tag(NOW, UTC, "<b>")


@pytest.mark.parametrize(
    ("left", "text", "css"),
    [
        (0, "in &lt;1 min", "due-soon"),
        (59 * MINUTE, "in 59 min", "due-soon"),
        (3 * HOUR, "in 3 h", "due-soon"),
        (47 * HOUR, "in 47 h", ""),
        (2 * DAY - MINUTE, "in 2 d", ""),
        (-1, "&lt;1 min overdue", "due-late"),
        (-5 * HOUR, "5 h overdue", "due-late"),
        (-400 * DAY, "400 d overdue", "due-late"),
    ],
)
def test_what_is_left_until_it_is_due(left, text, css):
    tag = formats.due_tag(NOW + left, NOW, UTC)
    assert f">{text}<" in tag
    assert (f'class="{css}"' in tag) == bool(css)


def test_a_due_date_that_stands_alone_says_due():
    assert ">due in 3 h<" in formats.due_tag(NOW + 3 * HOUR, NOW, UTC, alone=True)


@pytest.mark.parametrize(
    ("gone", "text"),
    [
        (0, "just now"),
        (5 * MINUTE, "5 min ago"),
        (3 * DAY, "3 d ago"),
        (9 * DAY, "22 Apr 2026 09:15"),
    ],
)
def test_how_long_ago(gone, text):
    assert f">{text}<" in formats.ago_tag(NOW - gone, NOW, UTC)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (182_233, "182 kB"),
        (999_999, "1.0 MB"),
        (10_485_760, "10 MB"),
        (5_000_000_000_000, "5,000 GB"),
    ],
)
def test_sizes(count, text):
    assert formats.size(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (9_999, "9,999"), (10_000, "10,000+"), (25_000, "10,000+")]
)
def test_what_is_not_counted_further(count, text):
    assert formats.counted(count) == text


def test_inboxes_are_counted_as_far_as_pages_tell():
    assert queries.COUNTED == formats.MOST_COUNTED


@pytest.mark.parametrize(
    ("value", "text", "kind"),
    [
        ("", "", "text"),
        ("<b>", "<b>", "text"),
        (None, "null", "nothing"),
        (True, "true", "yes/no"),
        (Decimal("12.50"), "12.5", "number"),
        (Decimal("1e3"), "1000", "number"),
        ([1, "é"], '[1, "é"]', "list"),
        ({"a": {"b": None}}, '{"a": {"b": null}}', "object"),
    ],
)
def test_values(value, text, kind):
    assert (formats.value_text(value), formats.value_type(value)) == (text, kind)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Kermit the Frog", "KT"),
        ("kermit", "KE"),
        ("miss.piggy", "MP"),
        ("ö", "Ö"),
        ("", ""),
        ("...", ""),
        ("<b>", ""),
        ("🐸 frog", "FR"),
    ],
)
def test_initials(name, letters):
    assert formats.initials(name) == letters


@pytest.mark.parametrize(
    ("language", "typed", "number"),
    [
        ("de", "1.234,50", "1234.50"),
        ("de", "12,5", "12.5"),
        ("de", "-3,5", "-3.5"),
        ("de", "12.50", "12.50"),
        ("de", "1.234", "1234"),
        ("de", "1.2.3", "1.2.3"),
        ("de", "NaN", "NaN"),
        ("de", "viel", "viel"),
        ("de", "9" * 5000, "9" * 5000),
        ("de", "", ""),
        ("en", "1,234.50", "1234.50"),
        ("en", "1234.50", "1234.50"),
        ("en", "12,50", "12,50"),
        ("en", "1e400000000", "1e400000000"),
    ],
)
def test_a_number_is_read_as_its_reader_writes_it(language, typed, number):
    texts.speak(language)
    assert formats.entry(typed) == number
    texts.speak("en")


@pytest.mark.parametrize("value", ["1234.5", "0.001", "7", "-2.50", "", "x", "1.2.3"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_an_input_shows_is_read_back_as_it_was(language, value):
    texts.speak(language)
    assert formats.entry(formats.entered(value)) == value
    texts.speak("en")


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ("", ""),
        (".pdf,image/*", "PDF, images"),
        (" .PDF , text/*,audio/*,video/* ", "PDF, texts, sound recordings, videos"),
        ("application/pdf", "PDF"),
        ("application/x-nobody-knows", "application/x-nobody-knows"),
    ],
)
def test_what_a_file_field_takes_is_said_in_words(accept, words):
    assert formats.file_kinds(accept) == words
