"""What the framework itself answers has our shape too: never its own, never an inside."""

import contextlib
import socket

import httpx
import pytest

from tests.serving import Site


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/processapi", 404, "NOT_FOUND"),
        ("GET", "/processapi/", 404, "NOT_FOUND"),
        ("GET", "/processapi/nothing", 404, "NOT_FOUND"),
        ("GET", "/processapi/1/nothing", 404, "NOT_FOUND"),
        ("GET", "/processapi/1/files", 404, "NOT_FOUND"),
        ("GET", "/processapi/1/files/a/b", 404, "NOT_FOUND"),
        ("GET", "/processapi/%00", 404, "NOT_FOUND"),
        ("GET", "/processapi/%ff%fe", 404, "NOT_FOUND"),
        ("GET", "/api", 404, "NOT_FOUND"),
        ("GET", "/api/v1/nothing", 404, "NOT_FOUND"),
        ("POST", "/processapi/list", 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "/processapi/list", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/processapi/x/start", 405, "METHOD_NOT_ALLOWED"),
        ("PUT", "/processapi/1/status", 405, "METHOD_NOT_ALLOWED"),
        ("PATCH", "/processapi/1/files/x", 405, "METHOD_NOT_ALLOWED"),
        ("TRACE", "/processapi/list", 405, "METHOD_NOT_ALLOWED"),
        ("BREW", "/processapi/list", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/healthz", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_every_error_for_programs_is_the_same_json(erp, method, path, status, code):
    response = erp.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    assert list(response.json()) == ["error", "code"]
    assert response.json()["code"] == code
    assert response.headers["x-request-id"]


def test_405_says_what_is_allowed(erp):
    assert erp.post("/processapi/list").headers["allow"] == "GET, HEAD, OPTIONS"
    assert erp.get("/processapi/x/start").headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/static/dist/nothing.js", 404),
        ("GET", "/static/..%2f..%2fpyproject.toml", 404),
        ("GET", "/static/%2e%2e/server.py", 404),
        ("GET", "/static/dist/manifest.json", 404),
        ("DELETE", "/login", 405),
        ("GET", "/processapix", 404),
    ],
)
def test_people_get_a_page(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>" in response.text
    assert "unsafe" not in response.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/healthz", "/login", "/processapi/list", "/nothing", "/"])
def test_head_is_like_get(erp, path):
    head, get = erp.head(path), erp.get(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


def test_a_clients_request_id_is_kept(erp):
    for path in ("/processapi/list", "/processapi/nothing", "/nothing", "/healthz"):
        response = erp.get(path, headers={"X-Request-Id": "erp-4711"})
        assert response.headers["x-request-id"] == "erp-4711"


@pytest.mark.parametrize(
    "request_line",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /processapi/list HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET /processapi/list HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"GET /processapi/list HTTP/1.1\r\nHost: x\r\nbroken header\r\n\r\n",
        b"GET /processapi/list HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\x00" * 1000,
    ],
    ids=lambda line: repr(line[:40]),
)
def test_what_is_hardly_http_harms_nobody(site: Site, request_line):
    with socket.create_connection(("127.0.0.1", site.port), 10) as connection:
        answer = b""
        with contextlib.suppress(OSError):  # it may hang up while we still talk
            connection.sendall(request_line)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(4096)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert httpx.get(site.url + "/healthz").status_code == 200


def test_static_files_are_kept_for_ever_and_packed(client):
    page = client.get("/login").text
    name = page.split('src="', 1)[1].split('"', 1)[0]
    packed = client.get(name, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    plain = client.get(name, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("path", ["/static/icon.svg", "/healthz", "/processapi/list", "/nothing"])
def test_nothing_but_pages_sets_cookies(erp, path):
    assert "set-cookie" not in erp.get(path).headers
