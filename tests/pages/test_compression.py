"""Pages travel packed where the browser can unpack, and tell listeners nothing by their length."""

import re

import pytest

from tests.office import Office

DRAWINGS = {
    "instance": "/admin/instances/{report}/diagram",
    "request": "/requests/{report}/diagram",
    "process": "/admin/processes/errands/1/diagram",
    "draft": "/admin/drafts/{draft}/xml",
    "texts": "/texts/de",
}


def test_a_page_is_packed_for_who_can_unpack_it(office: Office):
    with office.client("kermit") as client:
        plain = client.get("/help/tasks", headers={"accept-encoding": "identity"})
        packed = client.get("/help/tasks", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert "<main" in packed.text
    assert len(packed.content) == len(plain.content)


def test_how_well_a_page_packs_cannot_be_measured_exactly(office: Office):
    with office.client("kermit") as client:
        lengths = {client.get("/account").headers["content-length"] for _ in range(20)}
    assert len(lengths) > 1


@pytest.mark.parametrize("name", DRAWINGS)
def test_what_scripts_ask_for_is_packed_too(office: Office, name):
    address = DRAWINGS[name].format(**office.cases)
    with office.client("kermit") as client:
        plain = client.get(address, headers={"accept-encoding": "identity"})
        packed = client.get(address, headers={"accept-encoding": "gzip"})
    assert packed.status_code == 200
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
    assert packed.content == plain.content


def test_a_page_stays_as_it_is_for_who_refuses_packed_ones(office: Office):
    with office.client("kermit") as client:
        answer = client.get("/account", headers={"accept-encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in answer.headers


def test_a_built_file_travels_in_the_smallest_form_that_the_browser_takes(office: Office):
    with office.client("kermit") as client:
        [script, *_] = re.findall(r"/static/dist/app-\w+\.js", client.get("/account").text)
        length = {
            codings: int(
                client.head(script, headers={"accept-encoding": codings}).headers["content-length"]
            )
            for codings in ("identity", "gzip", "gzip, br")
        }
    assert length["gzip, br"] < length["gzip"] < length["identity"]
