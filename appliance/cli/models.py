"""``workingflow deploy``, ``lint`` and ``test``: models and forms in files."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
import msgspec

from appliance.cli import options
from engine.errors import Finding, ModelInvalid, Refused

SUFFIXES = (".bpmn", ".bpmn20.xml", ".form")
LIMIT = 100 * 1024**2

_files = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@click.command(
    epilog=options.example(
        "workingflow deploy expense.bpmn20.xml expense.form", "workingflow deploy processes/expense"
    )
)
@_files
@options.data
@options.as_json
def deploy(paths: tuple[Path, ...], data: str | None, as_json: bool) -> None:
    """Deploy models and forms.

    They are deployed together, as a new version of each process. Folders are searched. While a
    server runs, deploy on its page /admin/processes.
    """
    from appliance.actor import SYSTEM
    from appliance.box import Box  # the engine takes time to load

    files = _read(paths)
    with contextlib.closing(Box(options.load(data))) as box:
        deployed = box.processes.deploy(files, SYSTEM).result()
    if as_json:
        options.print_json(
            [{"id": str(each.id), "key": each.key, "version": each.version} for each in deployed]
        )
        return
    for each in deployed:
        click.echo(f"Deployed {each.key}, version {each.version}.")


@click.command(
    epilog=options.example(
        "workingflow lint expense.bpmn20.xml", "workingflow lint --json processes"
    )
)
@_files
@options.data
@options.as_json
def lint(paths: tuple[Path, ...], data: str | None, as_json: bool) -> int:
    """Check models and forms.

    Finds what a deployment would find, without deploying anything.
    """
    del data  # taken by every command; a check needs no data directory
    findings = [found for name, content in _read(paths).items() for found in _check(name, content)]
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        options.print_json(msgspec.to_builtins(findings))
    else:
        for finding in findings:
            click.echo(finding)
        click.echo(f"{errors} errors, {len(findings) - errors} other findings", err=True)
    return 1 if errors else 0


@click.command(epilog=options.example("workingflow test processes --coverage"))
@_files
@click.option("--coverage", is_flag=True, help="Report elements and flows never taken.")
@options.data
@options.as_json
def test(paths: tuple[Path, ...], coverage: bool, data: str | None, as_json: bool) -> int:
    """Run the scenarios of processes.

    Each *.scenario.yaml runs on a fresh store in memory, with a virtual clock.
    """
    from appliance import scenario  # only this command reads YAML

    del data  # taken by every command; scenarios run in memory
    return scenario.run(paths, json=as_json, coverage=coverage)


def _read(paths: Iterable[Path]) -> Mapping[str, bytes]:
    """The files by name; folders are searched."""
    files: dict[str, bytes] = {}
    for path in _found(paths):
        if path.name in files:
            raise click.UsageError(f"Two files are called {path.name}.")
        try:
            files[path.name] = _content(path)
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from error
    if not files:
        raise click.UsageError(f"There is no file of the kinds {', '.join(SUFFIXES)}.")
    return files


def _found(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
        else:
            yield from sorted(each for each in path.rglob("*") if each.name.endswith(SUFFIXES))


def _content(path: Path) -> bytes:
    if path.stat().st_size > LIMIT:
        raise Refused(f"{path} is larger than {LIMIT // 1024**2} MiB.")
    return path.read_bytes()


def _check(name: str, content: bytes) -> Iterable[Finding]:
    from engine import xml
    from engine.forms import Form

    try:
        if name.endswith(".form"):
            Form.read(content, file=name)
            return ()
        return xml.inspect(content, name).findings
    except ModelInvalid as error:
        return error.findings
