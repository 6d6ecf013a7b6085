"""The server as a process: its port, its directory, its start and above all its end."""

import shutil
import signal
import socket
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.serving import PASSWORD, Client, Served


@pytest.fixture
def data(pristine, tmp_path) -> Path:
    return Path(shutil.copytree(pristine[0], tmp_path / "data"))


@pytest.fixture
def served(data):
    """A server of this test's own; a test may end it itself."""
    server = Served(data, ("--grace", "1"))
    yield server.start()
    if server.running.poll() is None:
        server.running.kill()
    server.wait()


def send(server: Served, text: str) -> socket.socket:
    """A connection on which this was sent."""
    connection = socket.create_connection(("127.0.0.1", server.port), 30)
    connection.sendall(text.encode())
    return connection


def test_a_port_that_is_taken_is_5(served: Served, tmp_path):
    said = Served(tmp_path / "other", port=served.port).run(5)
    assert str(served.port) in said


def test_a_port_that_another_program_has_is_5(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert "taken" in Served(tmp_path / "data", port=other.getsockname()[1]).run(5)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_here_is_1(tmp_path, host):
    assert host in Served(tmp_path / "data", ("--host", host)).run(1)


def test_a_second_server_on_one_directory_is_3(served: Served, data):
    assert str(served.running.pid) in Served(data).run(3)
    assert str(served.running.pid) in Served(data, port=served.port).run(3)
    assert httpx.get(served.url + "/healthz").text == "ok\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(served: Served, number):
    served.signal(number)
    assert served.wait() == 0
    assert "Traceback" not in served.log


def test_a_hang_up_does_not_end_it(served: Served):
    served.signal(signal.SIGHUP)
    assert httpx.get(served.url + "/healthz").status_code == 200


def test_it_starts_again_at_once_on_the_same_port(served: Served, data):
    assert httpx.get(served.url + "/healthz").status_code == 200
    assert served.stop() == 0
    again = Served(data, port=served.port).start()
    assert again.stop() == 0


def test_half_a_request_does_not_keep_it(served: Served):
    with send(served, "GET /healthz HTTP/1.1\r\nHost:"):
        served.signal(signal.SIGTERM)
        assert served.wait() == 0


def test_a_request_that_never_ends_has_the_grace_period(served: Served, pristine):
    start = "POST /processapi/expense_reimbursement_demo/start HTTP/1.1\r\nHost: x\r\n"
    start += f"Authorization: Bearer {pristine[1]['key']}\r\nContent-Length: 99\r\n\r\n" + "{"
    with send(served, start):
        # Answered on a second connection, so the first one's handler waits for its body by now.
        assert httpx.get(served.url + "/healthz").status_code == 200
        served.signal(signal.SIGTERM)
        assert served.wait() == 0
    assert "cut off" in served.log


def test_a_second_signal_shortens_the_grace_period(data, pristine):
    server = Served(data, ("--grace", "1h")).start()
    start = "POST /processapi/expense_reimbursement_demo/start HTTP/1.1\r\nHost: x\r\n"
    start += f"Authorization: Bearer {pristine[1]['key']}\r\nContent-Length: 99\r\n\r\n" + "{"
    with send(server, start):
        assert httpx.get(server.url + "/healthz").status_code == 200
        server.signal(signal.SIGTERM)
        while "stopping" not in server.log:
            assert server.running.poll() is None
        server.signal(signal.SIGINT)
        assert server.wait() == 0


def test_a_signal_that_comes_twice_at_once_is_one(served: Served):
    with Client(served.url) as client:
        client.sign_in("fozzie", PASSWORD)
        with client.stream("GET", "/events") as stream:
            lines = stream.iter_lines()
            assert next(lines).startswith("id: ")
            served.signal(signal.SIGTERM)
            served.signal(signal.SIGTERM)
            assert "data: ended" in list(lines)
    assert served.wait() == 0
    assert "cut off" not in served.log


def test_open_pages_do_not_keep_it(served: Served):
    with Client(served.url) as client:
        client.sign_in("fozzie", PASSWORD)
        with client.stream("GET", "/events") as stream:
            lines = stream.iter_lines()
            assert next(lines).startswith("id: ")
            served.signal(signal.SIGTERM)
            assert "data: ended" in list(lines)
    assert served.wait() == 0
    assert "cut off" not in served.log


def test_what_was_answered_survives_the_end(served: Served, data, pristine):
    headers = {"Authorization": f"Bearer {pristine[1]['key']}"}
    with httpx.Client(base_url=served.url, headers=headers) as erp:
        started = erp.post("/processapi/expense_reimbursement_demo/start").json()
    served.running.kill()
    served.wait()
    again = Served(data).start()
    found = httpx.get(
        f"{again.url}/processapi/{started['processInstanceId']}/status", headers=headers
    )
    assert found.json()["status"] == "ACTIVE"
    assert again.stop() == 0


def test_an_administrator_needs_no_set_up_link(served: Served):
    assert served.setup_link == ""


@pytest.fixture
def certificate(tmp_path, installed) -> tuple[str, str]:
    """A certificate for localhost, and its key."""
    paths = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    command = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -out {} -keyout {}"
    openssl = installed("openssl", "openssl")
    subprocess.run([openssl, *command.format(*paths).split()], check=True, capture_output=True)
    return paths


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_it_speaks_tls_to_old_clients_too(data, certificate, version):
    flags = ("--tls-cert", certificate[0], "--tls-key", certificate[1])
    server = Served(data, flags).start()
    try:
        context = ssl.create_default_context(cafile=certificate[0])
        context.check_hostname = False
        context.minimum_version = context.maximum_version = version
        secure = server.url.replace("http:", "https:")
        with httpx.Client(base_url=secure, verify=context) as client:
            assert client.get("/healthz").text == "ok\n"
            assert "Secure" in client.get("/login").headers["set-cookie"]
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("damage", ["missing", "empty", "not one", "swapped"])
def test_a_certificate_that_cannot_be_used_is_1(tmp_path, certificate, damage):
    cert, key = certificate
    if damage == "missing":
        Path(cert).unlink()
    elif damage == "empty":
        Path(cert).write_text("")
    elif damage == "not one":
        Path(cert).write_text("not one")
    else:
        cert, key = key, cert
    said = Served(tmp_path / "data", ("--tls-cert", cert, "--tls-key", key)).run(1)
    assert "tls_cert" in said
