"""Two administrators with the same form open: nobody replaces unseen what the other has saved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.office import Office, seen, text_of
from tests.serving import Client

Fields = dict[str, Any]
KEY: Fields = {"limited": "all", "expires": "", "owner": "kermit"}
FORMS: list[tuple[str, Fields, Fields, str]] = [
    (
        "/admin/users/fozzie",
        {"display_name": "Fozzie Bear", "email": "", "groups": ["employees", "managers"]},
        {"display_name": "", "email": "bear@example.com", "groups": ["employees", "managers"]},
        "At present: Fozzie Bear · Employees, Managers",
    ),
    (
        "/admin/api-keys/1",
        {"scopes": ["read", "start", "files"], **KEY},
        {"scopes": ["read", "start", "send"], **KEY},
        "At present: List processes and follow instances, Start processes, Fetch files · kermit",
    ),
    (
        "/admin/system/retention",
        {"process": "errands", "days": "30"},
        {"process": "errands", "days": "3000"},
        "30 days",
    ),
]


@pytest.mark.parametrize(("place", "first", "second", "now"), FORMS)
def test_the_second_is_told_and_decides(office: Office, kermit: Client, place, first, second, now):
    with office.client("kermit") as other:
        kermit.get(place)
        other.get(place)
        assert other.submit(place, **first).status_code == 303
        refused = kermit.submit(place, **second)
        assert refused.status_code == 422
        page = seen(refused)
        assert "Somebody changed this meanwhile" in text_of(page.cssselect("[role=alert]")[0])
        assert now in text_of(page.cssselect("main")[0])
        entered = page.xpath("//main//form[.//input[@name='seen']]")[0].form_values()
        typed = [(name, text) for name, text in second.items() if isinstance(text, str) and text]
        assert set(typed) <= set(entered)
        assert kermit.submit(place, **second).status_code == 303
        assert other.submit(place, **first).status_code == 422
