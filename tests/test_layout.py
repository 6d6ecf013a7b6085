"""The folders keep to their places: who imports whom, what is listed, how long a file may be."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "appliance": {"engine", "processes"},
    "engine": set(),
    "processes": set(),
    "web": {"appliance", "engine"},
}
ENGINE_LIBRARIES = {"cronsim", "dateutil", "filetype", "lark", "lxml", "msgspec", "quickjs"}
NOT_SANS_IO = {
    "asyncio", "http", "os", "queue", "random", "secrets", "select", "shutil", "signal", "socket",
    "apsw", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
# A sandbox is not thread-safe and dear to make, so those who ask for FEEL take turns with one.
ENGINE_EXCEPTIONS = {("engine/forms/feel.py", "threading"), ("engine/sandbox.py", "threading")}
LINE_LIMIT = 500
LONGER_FOR_A_REASON: dict[str, str] = {}
SOURCE_SUFFIXES = {".py", ".js", ".css", ".html", ".spec"}
NOT_OURS = {"dist", "node_modules", "__pycache__"}


def sources(*folders: str, suffixes: set[str] = SOURCE_SUFFIXES) -> list[Path]:
    """Our own files below these folders."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes
        and not NOT_OURS.intersection(path.relative_to(ROOT).parts)
        and path != ROOT / "engine/forms/feel.js"
    ]


def modules(*folders: str) -> list[Path]:
    """Our own Python files below these folders."""
    return sources(*folders, suffixes={".py"})


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full module name of each import, relative ones resolved."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            yield node.lineno, ".".join([*base, *filter(None, [node.module])])


def imported_names(path: Path) -> Iterator[str]:
    """Full names of what a module imports, `engine.juel.compile` as well as `engine.juel`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
    yield from (name for _, name in imports(path))


def top(module: str) -> str:
    """`engine` of `engine.juel.parse`."""
    return module.partition(".")[0]


def place(path: Path, line: int) -> str:
    """How a finding is named."""
    return f"{path.relative_to(ROOT)}:{line}"


def test_packages_import_only_what_they_may():
    wrong = [
        f"{place(path, line)} imports {name}"
        for folder, allowed in MAY_IMPORT.items()
        for path in modules(folder)
        for line, name in imports(path)
        if top(name) in {*MAY_IMPORT, "build", "tests"} - allowed - {folder}
        and not (path == ROOT / "appliance/__main__.py" and top(name) == "web")
    ]
    assert wrong == []


def test_the_engine_does_no_input_or_output():
    wrong = [
        f"{place(path, line)} imports {name}"
        for path in modules("engine")
        for line, name in imports(path)
        if top(name) not in ENGINE_LIBRARIES | sys.stdlib_module_names - NOT_SANS_IO | {"engine"}
        and (path.relative_to(ROOT).as_posix(), name) not in ENGINE_EXCEPTIONS
    ]
    assert wrong == []


def declared(*extras: str) -> set[str]:
    """Names of the distributions that pyproject asks for, of some extras too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return {re.split(r"[^A-Za-z0-9._-]", line)[0].lower() for line in wanted}


@pytest.mark.parametrize(
    ("folders", "extras"),
    [(("appliance", "engine", "processes", "web"), ()), (("build", "tests"), ("test", "bench"))],
)
def test_every_library_that_is_imported_is_a_declared_dependency(
    folders: tuple[str, ...], extras: tuple[str, ...]
):
    by_module = packages_distributions()
    scripts = {path.stem for path in modules("build")}
    ours = {*MAY_IMPORT, "tests", *scripts, *sys.stdlib_module_names}
    known = declared(*extras)
    wrong = [
        f"{place(path, line)} imports {name}"
        for path in modules(*folders)
        for line, name in imports(path)
        if top(name) not in ours
        # what an extra brings and is not here has, as far as anybody can tell, the module's name
        and not known.intersection(d.lower() for d in by_module.get(top(name), [top(name)]))
    ]
    assert wrong == []


def test_the_root_holds_the_known_folders_only():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    assert folders - {"dist"} == {*MAY_IMPORT, "build", "tests"}


def test_build_is_no_package():
    assert not (ROOT / "build/__init__.py").exists()


@pytest.mark.parametrize("folder", ["engine/elements", "engine/triggers"])
def test_every_kind_is_listed_by_name(folder: str):
    there = set((ROOT / folder).glob("*.py"))
    package = folder.replace("/", ".")
    used = {
        name.removeprefix(f"{package}.").partition(".")[0]
        for path in there
        for name in imported_names(path)
        if name.startswith(f"{package}.")
    }
    assert {path.stem for path in there} - {"__init__"} - used == set()


def test_files_stay_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(*MAY_IMPORT, "build", "tests")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LINE_LIMIT
    }
    assert long.keys() - LONGER_FOR_A_REASON.keys() == set(), long
    assert LONGER_FOR_A_REASON.keys() - long.keys() == set()


def test_every_module_says_what_it_is():
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(*MAY_IMPORT, "build", "tests")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_lock_names_every_declared_dependency():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))
    assert {re.sub(r"[._]", "-", name) for name in declared("test")} - locked == set()
