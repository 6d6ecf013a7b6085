"""Steps of a trial over HTTP: what is too large is refused before it is read."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from appliance.trials import FILES
from tests.office import SAMPLER
from tests.serving import Client
from web.pages.trials import LIMIT

BOUNDARY = {"Content-Type": "multipart/form-data; boundary=x"}


def script(client: Client) -> dict[str, str]:
    """How the modeler's script asks."""
    return {"X-CSRF-Token": client.token, "Accept": "application/json"}


@pytest.fixture
def trial(kermit: Client) -> Iterator[str]:
    """The address of a trial of the sampler."""
    kermit.get("/admin/drafts")
    model = {"file": ("sampler.bpmn", SAMPLER.encode())}
    said = {"_csrf_token": kermit.token, "from": "file"}
    drawn = kermit.post("/admin/drafts", data=said, files=model)
    draft = drawn.headers["location"].partition("#")[0]
    begun = kermit.post(f"{draft}/trial", headers=script(kermit))
    place = f"/admin/trials/{begun.json()['id']}"
    yield place
    kermit.post(f"{place}/end", headers=script(kermit))


def act(kermit: Client, trial: str, step: object, paper: bytes = b"") -> tuple[int, str]:
    """Take a step with a file, and what comes of it."""
    answer = kermit.post(
        trial,
        data={"step": json.dumps(step)},
        files={"papers": ("paper.txt", paper)},
        headers=script(kermit),
    )
    return answer.status_code, answer.json().get("error", "")


def test_files_without_room_are_refused_before_they_are_sent(kermit: Client, trial: str):
    host = urlsplit(str(kermit.base_url))
    cookies = "; ".join(f"{name}={value}" for name, value in kermit.cookies.items())
    head = {
        "Host": host.netloc, "Cookie": cookies, **script(kermit), **BOUNDARY,
        "Content-Length": str(FILES + LIMIT + 1),
    }  # fmt: skip
    with socket.create_connection((host.hostname, host.port or 80), 10) as connection:
        lines = [f"POST {trial} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = connection.makefile("rb").read(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"10 MiB together at most" in answer


def test_files_of_unknown_length_are_counted_while_they_come(kermit: Client, trial: str):
    head = b'--x\r\nContent-Disposition: form-data; name="papers"; filename="a"\r\n\r\n'
    parts = iter([head, *[bytes(65536)] * ((FILES + LIMIT) // 65536)])  # it never ends
    answer = kermit.post(trial, content=parts, headers={**script(kermit), **BOUNDARY})
    assert (answer.status_code, answer.json()["code"]) == (413, "TOO_LARGE")


def test_what_files_leave_is_all_that_is_left(kermit: Client, trial: str):
    start = {"start": "sampler", "form": {"subject": "A list"}}
    assert act(kermit, trial, start, bytes(FILES))[0] == 200
    status, said = act(kermit, trial, start, bytes(LIMIT))
    assert (status, "10 MiB" in said) == (413, True)


def test_a_step_beside_files_is_as_short_as_one_alone(kermit: Client, trial: str):
    step = {"start": "sampler", "variables": {"long": "x" * LIMIT}}
    status, said = act(kermit, trial, step)
    assert (status, said) == (413, f"A step has at most {LIMIT} bytes without its files.")
    assert kermit.post(trial, json=step, headers=script(kermit)).status_code == 413


def test_nobody_elses_trial_gets_files(fozzie: Client, kermit: Client, trial: str):
    fozzie.get("/tasks")
    assert act(fozzie, trial, {"start": "sampler"}, b"x")[0] == 403
    assert act(kermit, "/admin/trials/none", {"start": "sampler"}, b"x")[0] == 404
