"""Build the program for machines without Python: `dist/workingflow` and `dist/workingflow-folder`.

The one file is for trying out: it unpacks itself into the temporary directory at each start. The
folder is for a service. The Python that runs this needs the requirements of `requirements.lock`
and a shared libpython, as Debian's `python3` has with `libpython3-dev`, and pyenv's if built with
`--enable-shared`. What it makes runs on systems with this machine's C library or a newer one.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import frontend
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "build" / "workingflow.spec"
TARGET = ROOT / "dist"
ONE_FILE = TARGET / "workingflow"
FOLDER = TARGET / "workingflow-folder"
NOTICES = TARGET / "THIRD-PARTY.txt"
STAMP = TARGET / ".stamp"
SOURCES = ("appliance", "build", "engine", "processes", "web")


class BuildError(Exception):
    """The program could not be built; the text says why."""


def build() -> bool:
    """Make both programs and the licence notices; False when they were up to date.

    Raises ``FrontendError`` and ``BuildError``.
    """
    frontend.build()
    with frontend.alone(SPEC):
        wanted = frontend.digest(_inputs())
        if STAMP.is_file() and STAMP.read_text(encoding="ascii") == wanted:
            return False
        work = TARGET / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        NOTICES.write_text(notices(), encoding="utf-8")
        _freeze(work)
        shutil.rmtree(work)
        STAMP.write_text(wanted, encoding="ascii")
        return True


def _freeze(work: Path) -> None:
    options = ["--noconfirm", "--log-level=ERROR", f"--workpath={work}", f"--distpath={TARGET}"]
    done = subprocess.run(
        [sys.executable, "-m", "PyInstaller", *options, str(SPEC)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "WORKINGFLOW_NOTICES": str(NOTICES)},
    )
    if done.returncode:
        raise BuildError(f"PyInstaller ended with {done.returncode}:\n{done.stderr}")


def _inputs() -> list[Path]:
    skipped = {"__pycache__", "node_modules"}
    found = (path for folder in SOURCES for path in (ROOT / folder).rglob("*"))
    return [
        ROOT / "requirements.lock",
        *(p for p in found if p.is_file() and not skipped.intersection(p.parts)),
    ]


def notices() -> str:
    """Names, versions and licence texts of the Python and JavaScript packages inside."""
    parts = ["Python packages inside Workingflow, and their licences.\n"]
    for distribution in packed_distributions():
        name, version = distribution.metadata["Name"], distribution.version
        parts.append(f"\n{'=' * 78}\n{name} {version}\n\n{_licence_texts(distribution)}")
    python = Path(os.__file__).with_name("LICENSE.txt")
    if python.is_file():
        title = f"\n{'=' * 78}\nPython {sys.version.split()[0]}\n\n"
        parts.append(title + python.read_text(encoding="utf-8"))
    return "".join(parts) + "\n\n" + frontend.third_party()


def packed_distributions() -> list[importlib.metadata.Distribution]:
    """What the program needs to run, and what that needs, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = list(project["dependencies"])
    while waiting:
        wanted = Requirement(waiting.pop())
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name in found or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        found[name] = importlib.metadata.distribution(name)
        waiting += found[name].requires or []
    return [found[name] for name in sorted(found)]


def _licence_texts(distribution: importlib.metadata.Distribution) -> str:
    texts = [
        Path(str(file.locate())).read_text(encoding="utf-8", errors="replace").strip()
        for file in distribution.files or []
        if ".dist-info" in str(file) and file.name.lower().startswith(frontend.LICENCE_NAMES)
    ]
    about = distribution.metadata.json
    named = about.get("license_expression") or about.get("license") or "not stated"
    return "\n\n".join(texts or [f"Licence: {named}"]) + "\n"


def glibc_needed(folder: Path = FOLDER) -> str:
    """The newest C library version that any binary in the folder asks for, e.g. `2.35`."""
    versions: set[tuple[int, ...]] = set()
    for path in [folder / "workingflow", *folder.rglob("*.so*")]:
        done = subprocess.run(
            ["objdump", "-T", str(path)], capture_output=True, text=True, check=True
        )
        found = re.findall(r"\bGLIBC_(\d+(?:\.\d+)+)", done.stdout)
        versions.update(tuple(map(int, version.split("."))) for version in found)
    return ".".join(map(str, max(versions)))


def size(path: Path) -> float:
    """Megabytes (10^6) of a file, or of all files in a folder."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if not p.is_symlink()]
    return sum(p.stat().st_size for p in files if p.is_file()) / 1e6


def main() -> int:
    """Build, then say what was made."""
    try:
        build()
    except (frontend.FrontendError, BuildError) as error:
        print(f"binary: {error}", file=sys.stderr)
        return 1
    for made in (ONE_FILE, FOLDER):
        print(f"{made.relative_to(ROOT)}: {size(made):.1f} MB")
    print(f"needs glibc {glibc_needed()} or newer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
