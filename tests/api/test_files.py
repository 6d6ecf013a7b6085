"""Downloads: whole, in part, only their own, and never a page of the site."""

from urllib.parse import quote, unquote

import httpx
import pytest

from tests.serving import ODD_NAMES, Site


@pytest.fixture(scope="module")
def files(site: Site) -> dict[str, dict]:
    """The files of the site's instance by their original name."""
    headers = {"Authorization": f"Bearer {site.key}"}
    found = httpx.get(f"{site.url}/processapi/{site.instance}/status", headers=headers).json()
    return {each["originalName"]: each for each in found["files"]}


@pytest.fixture
def receipt(site: Site, files) -> str:
    """The address of a file."""
    return f"/processapi/{site.instance}/files/{quote(files['receipt.pdf']['name'])}"


def test_head_says_what_get_would(erp, site: Site, receipt):
    head, get = erp.head(receipt), erp.get(receipt)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(site.receipt))
    for name in ("content-type", "content-disposition", "etag", "accept-ranges"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, -1),
        ("bytes=-7", -7, -1),
        ("bytes=-999999", 0, -1),
        ("bytes=5-999999", 5, -1),
    ],
)
def test_a_part_of_it(erp, site: Site, receipt, asked, first, last):
    size = len(site.receipt)
    first, last = first % size, last % size
    response = erp.get(receipt, headers={"Range": asked})
    assert response.status_code == 206
    assert response.content == site.receipt[first : last + 1]
    assert response.headers["content-range"] == f"bytes {first}-{last}/{size}"
    assert response.headers["content-length"] == str(last + 1 - first)


@pytest.mark.parametrize(
    "asked", ["bytes=0-1,4-5", "lines=1-2", "bytes=9-1", "bytes=", "bytes=-", "bytes=a-b", "0-9"]
)
def test_a_range_that_is_not_understood_gets_it_all(erp, site: Site, receipt, asked):
    response = erp.get(receipt, headers={"Range": asked})
    assert (response.status_code, response.content) == (200, site.receipt)


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=999999-9999999", "bytes=-0"])
def test_a_range_outside_is_416(erp, site: Site, receipt, asked):
    response = erp.get(receipt, headers={"Range": asked})
    assert response.status_code == 416
    assert response.json()["code"] == "RANGE_NOT_SATISFIABLE"
    assert response.headers["content-range"] == f"bytes */{len(site.receipt)}"


def test_what_the_client_has_is_not_sent_again(erp, receipt):
    mark = erp.get(receipt).headers["etag"]
    assert erp.get(receipt, headers={"If-None-Match": mark}).status_code == 304
    assert erp.get(receipt, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(("mark", "status"), [(None, 206), ('"other"', 200)])
def test_a_part_only_of_the_same_file(erp, receipt, mark, status):
    mark = mark or erp.get(receipt).headers["etag"]
    response = erp.get(receipt, headers={"Range": "bytes=0-1", "If-Range": mark})
    assert response.status_code == status


def test_a_file_is_a_download_and_nothing_else(erp, site: Site, files):
    for name in set(ODD_NAMES) - {"lost.txt"}:
        address = f"/processapi/{site.instance}/files/{quote(files[name]['name'])}"
        headers = erp.get(address).headers
        assert headers["content-disposition"].startswith('attachment; filename="'), name
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_every_odd_name_comes_back(erp, site: Site, files):
    for name in set(ODD_NAMES) - {"lost.txt"}:
        address = f"/processapi/{site.instance}/files/{quote(files[name]['name'])}"
        disposition = erp.get(address).headers["content-disposition"]
        plain, _, extended = disposition.partition("; filename*=UTF-8''")
        assert plain.isascii()
        assert (unquote(extended) or plain.split('"')[1]) == name


@pytest.mark.parametrize(
    "name",
    [
        "receipt.pdf",
        "00000000_receipt.pdf",
        "..",
        ".",
        "%2e%2e",
        "%2e%2e%2f%2e%2e%2fworkingflow.db",
        "..%2f..%2fsecret.key",
        "..%5c..%5csecret.key",
        "%00",
        "a3f8b2c1_%00.pdf",
        "%ff",
        "a" * 5000,
        "workingflow.db",
        "secret.key",
        "%2fetc%2fpasswd",
        "{own}%00",
        "{own}/",
        "{own}/..",
        "./{own}x",
        "{own}%20",
    ],
)
def test_a_name_is_never_a_path(erp, site: Site, files, name):
    own = quote(files["receipt.pdf"]["name"])
    request = erp.build_request("GET", "/")
    path = f"/processapi/{site.instance}/files/{name.format(own=own)}"
    request.url = request.url.copy_with(raw_path=path.encode())
    response = erp.send(request)
    if name == "{own}/":
        assert response.content == site.receipt  # a slash at the end of an address means nothing
        return
    assert response.status_code == 404
    assert response.json()["code"] in ("FILE_NOT_FOUND", "NOT_FOUND")


def test_another_instances_file_is_404(erp, files):
    other = erp.post("/processapi/expense_reimbursement_demo/start").json()["processInstanceId"]
    response = erp.get(f"/processapi/{other}/files/{quote(files['receipt.pdf']['name'])}")
    assert response.status_code == 404
    assert response.json()["code"] == "FILE_NOT_FOUND"


def test_a_file_whose_bytes_are_gone_is_404_and_logged(erp, site: Site, files):
    lost = files["lost.txt"]["name"]
    response = erp.get(f"/processapi/{site.instance}/files/{lost}")
    assert response.status_code == 404
    assert response.json()["code"] == "FILE_NOT_FOUND"
    assert lost in site.log
