"""The bundles are complete and named by content; a registry that fails is no silent failure."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import frontend
import pytest
import quickjs


@pytest.fixture(scope="module")
def dist() -> Path:
    """The bundles, brought up to date."""
    frontend.build()
    return frontend.DIST


def test_every_source_entry_is_in_the_manifest_under_a_name_with_a_hash(dist: Path):
    manifest = json.loads((dist / "manifest.json").read_text())
    entries = {p.name for p in frontend.SOURCES.iterdir() if p.suffix in {".js", ".css"}}
    assert manifest.keys() == entries
    for entry, built in manifest.items():
        stem, suffix = entry.rsplit(".", 1)
        assert built.startswith(f"{stem}-")
        assert built.endswith(f".{suffix}")
        assert (dist / built).stat().st_size > 0


def test_compressed_copies_hold_the_same_bytes(dist: Path):
    packed = list(dist.glob("*.gz"))
    assert packed
    for path in packed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_browsers_that_know_brotli_transfer_less(dist: Path):
    packed = list(dist.glob("*.br"))
    assert {path.with_suffix(".gz") for path in packed} == set(dist.glob("*.gz"))
    assert all(path.stat().st_size < path.with_suffix(".gz").stat().st_size for path in packed)


def test_nothing_changed_means_nothing_is_built(dist: Path):
    assert frontend.build() is False


def test_licences_of_what_is_inside_are_there_and_of_tools_are_not(dist: Path):
    text = (dist / "THIRD-PARTY.txt").read_text()
    for name in ("bpmn-js 18.31.1", "htmx.org 2.0.11", "@bpmn-io/feelin 6.1.1"):
        assert f"\n{name} (" in text
    assert "The source code responsible for displaying the bpmn.io project watermark" in text
    assert "axe-core" not in text


def test_feel_runs_in_a_sandbox_without_intl_and_in_utc(dist: Path):
    sandbox = quickjs.Context()
    sandbox.eval(frontend.FEEL.read_text())
    sandbox.eval("feelin.Settings.now = () => 1777626922000")
    asked = 'string(today()) + " " + string(date("2026-05-01") + duration("P31D"))'
    answer = sandbox.eval(f"JSON.stringify(feelin.evaluate({asked!r}, {{}}))")
    assert json.loads(answer)["value"] == "2026-05-01 2026-06-01"


@pytest.fixture
def build_wheel(tmp_path: Path, root: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Builds a wheel of a tree without bundles, where npm is a program that finds no registry."""
    tree = tmp_path / "tree"
    tools = tmp_path / "tools"
    shutil.copytree(root / "build", tree / "build", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(
        root / "web" / "frontend",
        tree / "web" / "frontend",
        ignore=shutil.ignore_patterns("node_modules"),
    )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, tree)
    for package in ("appliance", "engine", "processes", "web"):
        (tree / package).mkdir(exist_ok=True)
        shutil.copy(root / package / "__init__.py", tree / package)
    tools.mkdir()
    npm = tools / "npm"
    npm.write_text("#!/bin/sh\necho registry.invalid not found >&2\nexit 1\n")
    npm.chmod(0o755)

    inherited = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
    inherited.pop("WORKINGFLOW_REQUIRE_FRONTEND", None)

    def build(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
            cwd=tree,
            env={**inherited, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return build


def test_a_registry_that_fails_is_a_warning(
    build_wheel: Callable[..., subprocess.CompletedProcess[str]],
):
    done = build_wheel()
    assert done.returncode == 0, done.stderr
    assert "The web pages will lack style and script" in done.stderr
    assert "registry.invalid not found" in done.stderr


def test_a_registry_that_fails_ends_a_release_build(
    build_wheel: Callable[..., subprocess.CompletedProcess[str]],
):
    done = build_wheel(WORKINGFLOW_REQUIRE_FRONTEND="1")
    assert done.returncode != 0
    assert "registry.invalid not found" in done.stderr
