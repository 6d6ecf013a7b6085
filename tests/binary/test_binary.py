"""The program for machines without Python: whole, small, and as good a citizen as the source."""

import fcntl
import os
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import make
import pytest
import smoke

pytestmark = pytest.mark.binary

PROGRAMS = [
    pytest.param(make.ONE_FILE, id="one-file"),
    pytest.param(make.FOLDER / "workingflow", id="folder"),
]
ONE_FILE_LIMIT = 30.0


@pytest.fixture(scope="module", autouse=True)
def built(installed: Callable[[str, str], str]) -> None:
    """Both programs, made from the sources as they are now."""
    for tool in ("objdump", "strip"):
        installed(tool, "binutils")
    make.build()


@pytest.mark.parametrize("path", PROGRAMS)
def test_the_four_calls_answer_without_python_or_path(path: Path):
    with smoke.serving(path) as program:
        smoke.four_calls(program)
        assert program.stop() == 0


@pytest.mark.parametrize("path", PROGRAMS)
def test_pages_come_with_their_style_and_script(path: Path):
    with smoke.serving(path) as program, httpx.Client(base_url=program.url) as browser:
        page = browser.get("/login")
        assert page.status_code == 200
        linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
        assert {Path(name).suffix for name in linked} >= {".css", ".js"}
        assert [browser.get(name).status_code for name in linked] == [200] * len(linked)


@pytest.mark.parametrize("path", PROGRAMS)
def test_pages_and_scripts_speak_german(path: Path):
    with smoke.serving(path) as program, httpx.Client(base_url=program.url) as browser:
        page = browser.get("/login", headers={"Accept-Language": "de"})
        assert "Anmelden" in page.text
        assert '"Larger":"Größer"' in browser.get("/texts/de").text


def test_the_processes_that_ship_pass_their_scenarios(tmp_path: Path, root: Path):
    program = smoke.Program(make.ONE_FILE, tmp_path / "data")
    program.run("test", str(root / "processes"))


def test_the_unpacked_files_are_locked_while_it_runs_and_gone_after(tmp_path: Path):
    with smoke.serving(make.ONE_FILE, TMPDIR=str(tmp_path)) as program:
        (unpacked,) = tmp_path.glob("_MEI*")
        cleaner = os.open(unpacked, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(cleaner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(cleaner)
        assert program.stop() == 0
    assert list(tmp_path.glob("_MEI*")) == []


def test_it_is_small_and_holds_no_tool_of_ours():
    assert make.size(make.ONE_FILE) < ONE_FILE_LIMIT
    inside = {path.name for path in (make.FOLDER / "_internal").rglob("*")}
    assert inside.isdisjoint({"faker", "pytest", "playwright", "hypothesis", "node_modules"})


def test_the_licences_of_everything_inside_are_in_it():
    text = (make.FOLDER / "_internal" / "THIRD-PARTY.txt").read_text()
    for name in ("bpmn-js 18.31.1", "granian ", "litestar ", "lxml ", "quickjs-ng "):
        assert f"\n{name}" in text
