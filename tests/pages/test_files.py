"""Files in the browser: for those who take part in the case, as downloads."""

from urllib.parse import quote

import httpx
import pytest

from tests.serving import PASSWORD, Client, Site


@pytest.fixture
def receipt(site: Site) -> str:
    """The address of a file for people."""
    with site.erp() as erp:
        files = erp.get(f"/processapi/{site.instance}/status").json()["files"]
    (name,) = [each["name"] for each in files if each["originalName"] == "receipt.pdf"]
    return f"/files/{site.instance}/{quote(name)}"


@pytest.mark.parametrize(("name", "status"), [("fozzie", 200), ("kermit", 200), ("gonzo", 403)])
def test_who_may_have_a_file(client: Client, site: Site, receipt: str, name, status):
    client.sign_in(name, PASSWORD)
    response = client.get(receipt)
    assert response.status_code == status
    if status == 200:
        assert response.content == site.receipt
        assert response.headers["content-disposition"] == 'attachment; filename="receipt.pdf"'
        assert response.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert client.get(receipt, headers={"Range": "bytes=0-3"}).content == site.receipt[:4]
    else:
        assert site.receipt not in response.content


def test_who_is_not_signed_in_gets_none(site: Site, receipt: str):
    assert httpx.get(site.url + receipt).status_code == 303


def test_an_api_key_is_no_session(erp: httpx.Client, receipt: str):
    assert erp.get(receipt).status_code == 303


@pytest.mark.parametrize(
    "path", ["0/x", "999999/x", "{instance}/x", "{instance}/..%2fx", "{instance}/%00", "x/x",
             "9" * 40 + "/x"],
)  # fmt: skip
def test_a_file_that_is_none_is_404(client: Client, site: Site, path):
    client.sign_in("kermit", PASSWORD)
    assert client.get(f"/files/{path.format(instance=site.instance)}").status_code == 404
