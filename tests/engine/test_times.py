"""Moments, durations, dates and cycles, also where clocks change."""

import contextlib
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TimeInvalid
from engine.times import (
    Duration,
    at,
    iso,
    moment_of,
    parse_cycle,
    parse_date,
    parse_due,
    parse_duration,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # changes its clocks by half an hour


def ms(text: str, zone: tzinfo = UTC) -> int:
    """A moment from a full ISO date, read by Python."""
    when = datetime.fromisoformat(text)
    return moment_of(when if when.tzinfo else when.replace(tzinfo=zone))


def firings(text: str, now: str, zone: tzinfo = UTC, limit: int = 6, **more) -> list[str]:
    """The moments at which a cycle fires; it is stored as text and read again at each."""
    clock = ms(now, zone)
    cycle = parse_cycle(text, clock, zone, **more)
    due, found = cycle.first(), []
    while due is not None and len(found) < limit:
        found.append(at(due, zone).isoformat())
        stored = cycle.text
        cycle = parse_cycle(stored, due, zone)
        due = cycle.next(due)
        cycle = cycle.rest()
    return found


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT10S", Duration(millis=10_000)),
        ("PT0.5S", Duration(millis=500)),
        ("PT1,5H", Duration(millis=5_400_000)),
        ("P0.5D", Duration(millis=43_200_000)),
        ("P1W", Duration(days=7)),
        ("P1Y2M3W4DT5H6M7.891S", Duration(1, 2, 25, 18_367_891)),
        ("-PT5M", Duration(millis=-300_000)),
        ("+P1D", Duration(days=1)),
        (" P2D ", Duration(days=2)),
        ("PT0S", Duration()),
        ("PT36H", Duration(millis=129_600_000)),
    ],
)
def test_durations_are_read(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1D",
        "P1S",
        "PT1D",
        "P-1D",
        "P1.5Y",
        "P1.5M",
        "PT5",
        "p1d",
        "P1D2Y",
        "PT1H30",
        "P١D",
        "P" + "1" * 100 + "D",
        "PT1H\n;",
        "PTT1H",
        "--P1D",
        "P1,2,3D",
    ],
)
def test_what_is_no_duration_is_refused_and_quoted(text):
    with pytest.raises(TimeInvalid, match="“"):
        parse_duration(text)


durations = st.builds(
    lambda sign, *parts: Duration(*parts) * sign,
    st.sampled_from([1, -1]),
    *[st.integers(0, 500)] * 3,
    st.integers(0, 10**10),
)


@given(durations)
def test_a_duration_survives_as_text(duration):
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("start", "duration", "zone", "end"),
    [
        ("2026-03-28T12:00", "P1D", BERLIN, "2026-03-29T12:00"),
        ("2026-03-28T12:00", "PT24H", BERLIN, "2026-03-29T13:00"),
        ("2026-10-24T12:00", "P1D", BERLIN, "2026-10-25T12:00"),
        ("2026-10-24T12:00", "PT24H", BERLIN, "2026-10-25T11:00"),
        ("2026-03-28T02:30", "P1D", BERLIN, "2026-03-29T03:30"),
        ("2026-10-24T02:30", "P1D", BERLIN, "2026-10-25T02:30"),
        ("2026-10-24T12:00", "-P1D", BERLIN, "2026-10-23T12:00"),
        ("2026-01-31T09:00", "P1M", UTC, "2026-02-28T09:00"),
        ("2028-01-31T09:00", "P1M", UTC, "2028-02-29T09:00"),
        ("2028-02-29T09:00", "P1Y", UTC, "2029-02-28T09:00"),
        ("2026-03-31T09:00", "-P1M", UTC, "2026-02-28T09:00"),
        ("2026-12-31T23:59", "P1MT2M", UTC, "2027-02-01T00:01"),
        ("2026-04-04T12:00", "P1D", LORD_HOWE, "2026-04-05T12:00"),
        ("2026-04-04T12:00", "PT24H", LORD_HOWE, "2026-04-05T11:30"),
    ],
)
def test_calendar_parts_keep_the_time_of_day(start, duration, zone, end):
    after = parse_duration(duration).after(ms(start, zone), zone)
    assert at(after, zone).replace(tzinfo=None).isoformat(timespec="minutes") == end


def test_milliseconds_are_kept():
    start = ms("2026-03-28T12:00:00.123")
    assert parse_duration("P1M1DT0.001S").after(start, BERLIN) % 1000 == 124


@pytest.mark.parametrize("text", ["P9999Y", "P999999999M", "P999999999999D", "PT999999999999H"])
def test_a_duration_that_leads_nowhere_is_refused(text):
    with pytest.raises(TimeInvalid, match="years 1 to 9999"):
        parse_duration(text).after(ms("2026-01-01T00:00"), BERLIN)
    with pytest.raises(TimeInvalid, match="years 1 to 9999"):
        (parse_duration(text) * -1).after(ms("2026-01-01T00:00"), BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", "2026-01-01T00:00+01:00"),
        ("2026-05", "2026-05-01T00:00+02:00"),
        ("2026-05-01", "2026-05-01T00:00+02:00"),
        ("2026-05-01T09", "2026-05-01T09:00+02:00"),
        ("2026-05-01T09:15", "2026-05-01T09:15+02:00"),
        ("2026-05-01 09:15", "2026-05-01T09:15+02:00"),
        ("2026-05-01t09:15z", "2026-05-01T09:15+00:00"),
        ("20260501T0915", "2026-05-01T09:15+02:00"),
        ("2026-05-01T09:15:22.5Z", "2026-05-01T09:15:22.500+00:00"),
        ("2026-05-01T09:15:22,123456789-0330", "2026-05-01T09:15:22.123-03:30"),
        ("2026-05-01T09:15:22.000+00:00", "2026-05-01T09:15:22+00:00"),
        ("2026-05-01T24:00", "2026-05-02T00:00+02:00"),
        ("2026-W19-5", "2026-05-08T00:00+02:00"),
        ("2026-123", "2026-05-03T00:00+02:00"),
        ("2026-03-29T02:30", "2026-03-29T03:30+02:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30+02:00"),
        ("2026-05-01T09:00[America/New_York]", "2026-05-01T09:00-04:00"),
        ("2026-05-01T09:00+02:00[Europe/Berlin]", "2026-05-01T09:00+02:00"),
    ],
)
def test_dates_are_read_with_what_they_have(text, expected):
    assert parse_date(text, BERLIN) == ms(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "26",
        "0000",
        "2026-13",
        "2026-02-30",
        "2026-05-01T25:00",
        "2026-05-01T09:60",
        "2026-05-01X09:00",
        "09:15",
        "PT1H",
        "2026-05-01T09:00+99:00",
        "2026-05-01T09:00[No/Where]",
        "2026-05-01T09:00[../../etc/passwd]",
        "2026-05-01T09:00:00" + "0" * 500,
        "２０２６",
    ],
)
def test_what_is_no_date_is_refused_and_quoted(text):
    with pytest.raises(TimeInvalid, match="“"):
        parse_date(text, BERLIN)


@pytest.mark.parametrize("zone", [UTC, BERLIN, NEW_YORK])
def test_dates_at_the_edge_of_time_do_not_break(zone):
    for text in ("0001-01-01", "9999-12-31T23:59:59"):
        try:
            assert isinstance(iso(parse_date(text, zone)), str)
        except TimeInvalid:
            assert zone is not UTC


def test_a_due_date_is_a_date_or_counts_from_now():
    now = ms("2026-05-01T09:00")
    assert parse_due("PT1H", now, UTC) == ms("2026-05-01T10:00")
    assert parse_due("-P1D", now, UTC) == ms("2026-04-30T09:00")
    assert parse_due("2026-05-02", now, BERLIN) == ms("2026-05-01T22:00")


def test_moments_are_written_with_three_digits_and_offset():
    assert iso(ms("2026-05-01T09:15:22")) == "2026-05-01T09:15:22.000+00:00"
    with pytest.raises(TimeInvalid):
        iso(10**20)


def test_r3_fires_three_times():
    assert firings("R3/PT10H", "2026-01-01T00:00") == [
        "2026-01-01T10:00:00+00:00",
        "2026-01-01T20:00:00+00:00",
        "2026-01-02T06:00:00+00:00",
    ]


def test_r_without_a_number_goes_on():
    assert len(firings("R/PT1S", "2026-01-01T00:00", limit=50)) == 50
    assert len(firings("R-1/PT1S", "2026-01-01T00:00", limit=50)) == 50


def test_a_start_ahead_is_the_first_firing():
    assert firings("R2/2026-01-02T09:00/P1D", "2026-01-01T00:00") == [
        "2026-01-02T09:00:00+00:00",
        "2026-01-03T09:00:00+00:00",
    ]


def test_moments_behind_are_passed_over_and_not_counted():
    assert firings("R2/2020-01-01T09:00/P1D", "2026-01-01T12:00") == [
        "2026-01-02T09:00:00+00:00",
        "2026-01-03T09:00:00+00:00",
    ]


def test_an_end_stops_a_cycle():
    expected = ["2026-01-02T00:00:00+00:00", "2026-01-03T00:00:00+00:00"]
    assert firings("R/P1D/2026-01-03", "2026-01-01T00:00") == expected
    assert firings("R9/P1D/2026-01-03T12:00", "2026-01-01T00:00") == expected
    assert firings("R/2026-01-02/P1D/2026-01-03", "2026-01-01T00:00") == expected
    end = ms("2026-01-03T00:00")
    assert firings("R/P1D/2030-01-01", "2026-01-01T00:00", end=end) == expected
    assert firings("0 0 0 * * ?", "2026-01-01T00:00", end=end) == expected
    assert firings("R/P1D/2026-01-01T12:00", "2026-01-01T00:00") == []


def test_start_and_end_give_the_period():
    assert firings("R5/2026-01-01/2026-01-02", "2025-12-31T00:00") == [
        "2026-01-01T00:00:00+00:00",
        "2026-01-02T00:00:00+00:00",
    ]


def test_months_are_counted_from_the_start_not_from_the_last_firing():
    assert firings("R4/2026-01-31T09:00/P1M", "2026-01-01T00:00") == [
        "2026-01-31T09:00:00+00:00",
        "2026-02-28T09:00:00+00:00",
        "2026-03-31T09:00:00+00:00",
        "2026-04-30T09:00:00+00:00",
    ]


def test_days_keep_the_time_of_day_when_clocks_change():
    assert firings("R3/P1D", "2026-03-28T09:00", BERLIN) == [
        "2026-03-29T09:00:00+02:00",
        "2026-03-30T09:00:00+02:00",
        "2026-03-31T09:00:00+02:00",
    ]


def test_a_cycle_that_slept_for_years_goes_on_at_once():
    cycle = parse_cycle("R/PT1S", ms("1970-01-01T00:00"), UTC)
    assert cycle.next(ms("2026-01-01T00:00:00.500")) == ms("2026-01-01T00:00:01")
    daily = parse_cycle("R/1970-01-01T00:00:00Z/P1DT1S", 0, BERLIN)
    following = daily.next(ms("2026-01-01T00:00"))
    assert following is not None
    assert 0 < following - ms("2026-01-01T00:00") <= 86_401_000


def test_a_cycle_ends_with_the_calendar():
    cycle = parse_cycle("R/P1000Y", ms("2026-01-01T00:00"), UTC)
    assert cycle.next(ms("9030-01-01T00:00")) is None


@pytest.mark.parametrize(
    "text",
    [
        "R3",
        "R",
        "R0/PT1H",
        "R/PT0S",
        "R/-PT1H",
        "Rx/PT1H",
        "R3/PT1H/P1D/x",
        "R3/a/b/c/d",
        "R/2026",
        "R3/2026-01-02/2026-01-01",
        "R99999999999/PT1H",
        "PT1H",
        "",
        "R/PT1H/never",
        "R/P1D/2026/x",
        "R/" + "P1D" * 100,
    ],
)
def test_what_is_no_cycle_is_refused(text):
    with pytest.raises(TimeInvalid):
        parse_cycle(text, 0, UTC)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 0/5 * * * ?", ["00:05:00", "00:10:00"]),
        ("15,45 * * * * ?", ["00:00:15", "00:00:45"]),
        ("*/20 * * * * *", ["00:00:20", "00:00:40"]),
        ("0 0 12 * * ?", ["01T12:00:00", "02T12:00:00"]),
        ("0 0 22-2 ? * *", ["01T01:00:00", "01T02:00:00", "01T22:00:00"]),
        ("0 0 9 ? * MON-FRI", ["01T09:00:00", "02T09:00:00", "05T09:00:00"]),
        ("0 0 9 ? * 2-6", ["01T09:00:00", "02T09:00:00", "05T09:00:00"]),
        ("0 0 9 ? * FRI-MON", ["02T09:00:00", "03T09:00:00", "04T09:00:00", "05T09:00:00"]),
        ("0 0 9 ? * 1", ["04T09:00:00", "11T09:00:00"]),
        ("0 0 9 ? * L", ["03T09:00:00"]),
        ("0 0 9 ? * 6L", ["30T09:00:00", "02-27T09:00:00"]),
        ("0 0 9 ? * fril", ["30T09:00:00"]),
        ("0 0 9 ? * 6#3", ["16T09:00:00", "02-20T09:00:00"]),
        ("0 0 9 L * ?", ["31T09:00:00", "02-28T09:00:00"]),
        ("0 0 9 L-3 * ?", ["28T09:00:00", "02-25T09:00:00"]),
        ("0 0 9 LW * ?", ["30T09:00:00", "02-27T09:00:00"]),
        ("0 0 9 15W * ?", ["15T09:00:00", "02-16T09:00:00"]),
        ("0 0 9 1W * ?", ["01T09:00:00", "02-02T09:00:00"]),
        ("0 0 9 31W * ?", ["30T09:00:00", "03-31T09:00:00"]),
        ("0 0 0 1 NOV-FEB ?", ["02-01T00:00:00", "11-01T00:00:00", "12-01T00:00:00"]),
        ("0 0 0 1 1 ? 2028", ["2028-01-01T00:00:00"]),
        ("0 0 0 29 2 ? 2026-2033", ["2028-02-29T00:00:00", "2032-02-29T00:00:00"]),
        ("0 0 0 1 1 ? 2099,2150/40", ["2099-01-01T00:00:00", "2150-01-01T00:00:00"]),
        ("0 0 0 1 1/6 ?", ["07-01T00:00:00", "2027-01-01T00:00:00"]),
        ("30 9 * * 1", ["05T09:30:00", "12T09:30:00"]),
        ("30 9 * * 0", ["04T09:30:00"]),
    ],
)
def test_cron_is_read_as_quartz_writes_it(cron, expected):
    found = firings(cron, "2026-01-01T00:00", limit=len(expected))
    assert [
        text.removesuffix("+00:00")[-len(part) :]
        for text, part in zip(found, expected, strict=True)
    ] == (expected)


@pytest.mark.parametrize("cron", ["0 0 0 1 1 ? 2020", "0 0 0 30 2 ? 2026,2027"])
def test_a_cron_expression_without_a_match_ends(cron):
    try:
        assert parse_cycle(cron, ms("2026-01-01T00:00"), UTC).first() is None
    except TimeInvalid:
        assert " 30 2 " in cron


@pytest.mark.parametrize(
    "cron",
    [
        "* * *",
        "a b c d e f",
        "60 * * * * ?",
        "0 0 24 * * ?",
        "0 0 0 ? * ?",
        "0 0 0 1 * MON",
        "0 0 0 0 * ?",
        "0 0 0 * 13 ?",
        "0 0 0 ? * 8",
        "0 0 0 ? * 0",
        "0 0/0 * * * ?",
        "0 0 0 30 2 ?",
        "0 0 0 ? * 6#6",
        "0 0 0 32W * ?",
        "0 0 0 * * ? 1900",
        "0 0 0 * * ? *  x",
        "0 0 0 1-5-7 * ?",
        "0 " * 1000,
        "0 0 0 ? * MO",
        "0 0 0 ? MONDAY *",
        "*-5 * * * * ?",
        "0 0 0 * * ? until never",
        "* * * * * ?".replace("*", ",", 1),
    ],
)
def test_what_is_no_cron_expression_is_refused(cron):
    with pytest.raises(TimeInvalid):
        parse_cycle(cron, 0, UTC)


def test_a_daily_time_that_clocks_skip_happens_right_after():
    assert firings("0 30 2 * * ?", "2026-03-27T12:00", BERLIN, limit=3) == [
        "2026-03-28T02:30:00+01:00",
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_daily_time_that_comes_twice_happens_once():
    assert firings("0 30 2 * * ?", "2026-10-24T12:00", BERLIN, limit=2) == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-26T02:30:00+01:00",
    ]
    between = parse_cycle("0 30 2 * * ?", ms("2026-10-25T01:15:00+00:00"), BERLIN)
    assert iso(between.first() or 0) == "2026-10-26T01:30:00.000+00:00"


def test_every_quarter_of_an_hour_stays_one_when_clocks_change():
    assert firings("0 0/15 * * * ?", "2026-10-25T02:40", BERLIN, limit=3) == [
        "2026-10-25T02:45:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T02:15:00+01:00",
    ]


def test_the_text_of_a_cycle_says_what_is_left():
    cycle = parse_cycle("R3/PT10H", ms("2026-01-01T00:00"), UTC)
    assert cycle.text == "R3/2026-01-01T00:00:00.000+00:00/PT10H"
    assert cycle.rest().text == "R2/2026-01-01T00:00:00.000+00:00/PT10H"
    assert parse_cycle("R/P1D/2027", 0, UTC).rest().text == (
        "R/1970-01-01T00:00:00.000+00:00/P1D/2027-01-01T00:00:00.000+00:00"
    )
    cron = parse_cycle("0 0 12 * * ?", 0, UTC, end=ms("2027-01-01T00:00"))
    assert cron.text == "0 0 12 * * ? until 2027-01-01T00:00:00.000+00:00"
    assert parse_cycle(cron.text, 0, UTC).end == cron.end


ALPHABET = "RPTYMWDHS0123456789-+:/.,?*#LZ []W"


@given(st.text(ALPHABET, max_size=30))
def test_any_text_ends_in_a_time_or_a_refusal(text):
    now = ms("2026-05-01T09:00")
    for read in (
        lambda: parse_date(text, BERLIN),
        lambda: parse_due(text, now, BERLIN),
        lambda: parse_duration(text).after(now, BERLIN),
        lambda: parse_cycle(text, now, BERLIN).first(),
        lambda: parse_cycle(f"R/{text}", now, BERLIN).next(now),
        lambda: parse_cycle(f"0 {text} * * ?", now, BERLIN).first(),
    ):
        with contextlib.suppress(TimeInvalid):
            assert isinstance(read(), int | None)
