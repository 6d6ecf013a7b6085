"""Java date patterns of Flowable's form properties, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms.dates import from_pattern, has_time, to_pattern, understood


@pytest.mark.parametrize(
    ("pattern", "text", "iso"),
    [
        ("dd/MM/yyyy", "05/01/2026", "2026-01-05"),
        ("dd-MMM-yyyy", "05-Jan-2026", "2026-01-05"),
        ("d MMMM yyyy", "5 january 2026", "2026-01-05"),
        ("dd-MM-yyyy hh:mm", "10-01-2026 00:00", "2026-01-10T00:00"),
        ("dd.MM.yy HH:mm:ss", "10.01.26 23:59:58", "2026-01-10T23:59"),
        ("yyyy-MM-dd'T'HH:mm", "2026-01-10T08:00", "2026-01-10T08:00"),
        ("h:mm a, dd''MM''yyyy", "12:05 AM, 10'01'2026", "2026-01-10T00:05"),
        ("h:mm a, dd''MM''yyyy", "1:05 pm, 10'01'2026", "2026-01-10T13:05"),
        ("kk:mm dd.MM.yyyy", "24:00 10.01.2026", "2026-01-10T00:00"),
        ("dd/MM/yyyy", "31/02/2026", ""),
        ("dd/MM/yyyy", "2026-01-05", ""),
        ("dd-MMM-yyyy", "05-Foo-2026", ""),
        ("dd/MM/yyyy", "x05/01/2026", ""),
    ],
)
def test_reading(pattern, text, iso):
    assert understood(pattern)
    assert from_pattern(text, pattern) == iso


def test_letters_that_are_not_understood():
    assert not understood("EEE dd")
    assert not understood("yyyy-ww")
    assert understood("'week' dd")


def test_what_is_no_date_is_written_as_it_is():
    assert to_pattern("nonsense", "dd/MM/yyyy") == "nonsense"


PATTERNS = ["dd/MM/yyyy", "d.M.yyyy HH:mm", "dd-MMM-yyyy", "MMMM d, yyyy", "yyyy-MM-dd hh:mm a"]


@given(st.datetimes(), st.sampled_from(PATTERNS))
def test_what_is_written_can_be_read(moment, pattern):
    whole = moment.replace(second=0, microsecond=0)
    iso = whole.isoformat(timespec="minutes") if has_time(pattern) else whole.date().isoformat()
    assert from_pattern(to_pattern(iso, pattern), pattern) == iso
