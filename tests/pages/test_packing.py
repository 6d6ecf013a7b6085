"""Pages travel packed where the browser can unpack, and tell listeners nothing by their length."""

from tests.office import Office


def test_a_page_is_packed_for_who_can_unpack_it(office: Office):
    with office.client("kermit") as client:
        plain = client.get("/tasks?q=a", headers={"accept-encoding": "identity"})
        packed = client.get("/tasks?q=a", headers={"accept-encoding": "gzip, br"})
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
