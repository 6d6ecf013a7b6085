"""What a form computed or lists, as its reader writes numbers and days."""

from decimal import Decimal

import pytest

from web import texts
from web.forms import cell, document, markdown


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (None, "", ""),
        ("", "", ""),
        ("12.50", "12.50", "12.50"),
        (0, "0", "0"),
        (7, "7", "7"),
        (2026, "2026", "2026"),
        (12345, "12,345", "12.345"),
        (-1234567, "-1,234,567", "-1.234.567"),
        (Decimal("1234.50"), "1,234.50", "1.234,50"),
        (Decimal("0.00"), "0.00", "0,00"),
        (Decimal("0.1"), "0.1", "0,1"),
        (0.1, "0.1", "0,1"),
        (Decimal("1e300"), "1e+300", "1e+300"),
        (True, "yes", "ja"),
        (False, "no", "nein"),
        ("2026-05-01", "1 May 2026", "01.05.2026"),
        ("2026-05-01T09:15", "1 May 2026 09:15", "01.05.2026 09:15"),
        ("2026-99-99", "2026-99-99", "2026-99-99"),
        ("2026-05-01Tea", "2026-05-01Tea", "2026-05-01Tea"),
        ([1, "x"], '[1, "x"]', '[1, "x"]'),
    ],
)
def test_a_value_is_written_for_its_reader(value, english, german):
    assert cell(value) == english
    texts.speak("de")
    assert cell(value) == german
    texts.speak("en")


def test_lines_of_a_form_are_kept_and_those_of_a_page_flow():
    assert markdown("one\ntwo") == "<p>one<br>\ntwo</p>\n"
    assert document("one\ntwo") == "<p>one\ntwo</p>\n"


@pytest.mark.parametrize("made_of", [markdown, document])
def test_a_table_scrolls_by_itself_and_markup_stays_text(made_of):
    made = made_of("| a | b |\n|---|---|\n| <table> | <script>alert(1)</script> |")
    assert (
        made.count('<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>') == 1
    )
    assert made.count("</table></div>") == 1
    assert "&lt;table&gt;" in made
    assert "<script" not in made
