"""``workingflow deploy``, ``lint`` and ``test``: models and forms in files."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from appliance.cli import options
from appliance.config import Config
from appliance.errors import DataDirectoryLocked, InvalidInput, TooLarge
from engine.errors import Finding

if TYPE_CHECKING:
    from appliance.box import Box

SUFFIXES = (".bpmn", ".bpmn20.xml", ".form")
LIMIT = 100 * 1024**2
"""What is read at all; the setting ``model_limit`` decides what may be deployed."""

_PATHS = click.Path(exists=True, path_type=Path)
_files = click.argument("paths", nargs=-1, required=True, type=_PATHS)


@click.command(
    epilog=options.example(
        "workingflow deploy expense.bpmn20.xml expense.form", "workingflow deploy processes/expense"
    )
)
@_files
@options.data
@options.as_json
def deploy(paths: tuple[Path, ...], data: str | None, as_json: bool) -> int:
    """Deploy models and forms.

    They are deployed together, as a new version of each process. Folders are searched. All that
    lint would find is told; with an error in it nothing is deployed. While a server runs on the
    data directory, deploy on its page /admin/deploy, or over HTTP:

    \b
      curl -H "Authorization: Bearer $KEY" -F files=@expense.bpmn20.xml \\
           -F files=@expense.form http://127.0.0.1:8080/api/v1/deployments

    with the key that `workingflow api-key create CI --scope deploy` prints.
    """
    from appliance.actor import SHELL
    from appliance.box import Box  # the engine takes time to load

    files = _named(paths)
    with contextlib.closing(_unless_serving(lambda: Box(options.load(data)))) as box:
        checked = box.processes.check(files)
        for finding in checked.findings:
            click.echo(finding, err=True)
        _advise(checked.findings)
        if checked.wrong:
            click.echo("Nothing was deployed.", err=True)
            return 1
        deployed = box.processes.deploy_checked(checked, SHELL).result()
    if as_json:
        options.print_json(
            [
                {"id": str(each.id), "key": each.key, "version": each.version,
                 "executable": each.executable, "unchanged": each.unchanged}
                for each in deployed
            ]
        )  # fmt: skip
        return 0
    for each in deployed:
        kept = "deployed as" if each.executable else "kept for viewing only as"
        what = "unchanged, still" if each.unchanged else kept
        click.echo(f"{each.key}: {what} version {each.version}")
    return 0


@click.command(
    epilog=options.example(
        "workingflow lint expense.bpmn20.xml", "workingflow lint --json processes"
    )
)
@click.argument("paths", nargs=-1, type=_PATHS)
@click.option("--rules", is_flag=True, help="Print what each rule means and what to do instead.")
@options.data
@options.as_json
def lint(paths: tuple[Path, ...], rules: bool, data: str | None, as_json: bool) -> int:
    """Check models and forms.

    Finds what a deployment would find, without deploying anything. Where there is a data
    directory, the forms and groups in it are known. Each finding ends with its rule: --rules
    explains them, and so does the server on its page /help/rules.
    """
    if rules:
        _print_rules(as_json)
        return 0
    if not paths:
        raise click.UsageError("Name the files or folders to check.")
    from appliance.datadir import DataDirectory
    from appliance.deployment import Deployment  # the engine takes time to load
    from appliance.direct import existing
    from appliance.store.known import NOTHING_KNOWN, known_in

    config = Config.load({"data": data})
    findings: list[Finding] = []
    with existing(DataDirectory(config.data).database) as found:
        known = NOTHING_KNOWN if found is None else known_in(lambda: found)
        for files in _by_folder(paths):
            findings += Deployment.read(files, config.model_limit, known).findings
    errors = sum(finding.severity == "error" for finding in findings)
    if as_json:
        options.print_json(
            [{**msgspec.to_builtins(each), "remedy": _remedy(each)} for each in findings]
        )
    else:
        for finding in findings:
            click.echo(finding)
        _advise(findings)
        click.echo(_summary(errors, len(findings) - errors), err=True)
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
    return scenario.run(paths, as_json=as_json, coverage=coverage)


def _unless_serving(open_box: Callable[[], Box]) -> Box:
    try:
        return open_box()
    except DataDirectoryLocked as error:
        raise DataDirectoryLocked(
            f"{error} A server takes models on its page /admin/deploy, too, and at"
            " /api/v1/deployments: see `workingflow deploy --help`."
        ) from None


def _print_rules(as_json: bool) -> None:
    from engine.rules import RULES

    if as_json:
        options.print_json(
            [
                {"rule": rule.id, "severity": rule.severity.split(), "about": subject,
                 "meaning": rule.meaning, "remedy": rule.remedy}
                for subject, rules in RULES.items()
                for rule in rules
            ]
        )  # fmt: skip
        return
    for subject, rules in RULES.items():
        click.echo(f"{subject}\n")
        for rule in rules:
            click.echo(f"  {rule.id} ({' or '.join(rule.severity.split())})")
            for text in (rule.meaning, rule.remedy):
                click.echo(
                    textwrap.fill(text, 96, initial_indent=" " * 4, subsequent_indent=" " * 4)
                )
        click.echo()


def _advise(findings: Iterable[Finding]) -> None:
    """What to do, once for each rule."""
    for rule, remedy in {each.rule: _remedy(each) for each in findings}.items():
        click.echo(f"  {rule}: {remedy}", err=True)


def _remedy(finding: Finding) -> str:
    from engine.rules import BY_ID

    return BY_ID[finding.rule].remedy


def _named(paths: Iterable[Path]) -> Mapping[str, bytes]:
    """The files by their plain names, as one deployment knows them."""
    files: dict[str, bytes] = {}
    for path in _found(paths):
        if path.name in files:
            raise click.UsageError(f"Two files are called {path.name}.")
        files[path.name] = _content(path)
    return files


def _by_folder(paths: Iterable[Path]) -> Iterable[Mapping[str, bytes]]:
    """The files by their full names; those of one folder belong together."""
    folders: dict[Path, dict[str, bytes]] = {}
    for path in _found(paths):
        folders.setdefault(path.parent, {})[str(path)] = _content(path)
    return folders.values()


def _found(paths: Iterable[Path]) -> list[Path]:
    """These files, and all models and forms in these folders."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [each for each in inside if each == path or each.name.endswith(SUFFIXES)]
    if not found:
        raise click.UsageError(f"There is no file of the kinds {', '.join(SUFFIXES)}.")
    return found


def _summary(errors: int, others: int) -> str:
    return (
        f"{errors} {'error' if errors == 1 else 'errors'},"
        f" {others} other {'finding' if others == 1 else 'findings'}"
    )


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LIMIT:
            raise TooLarge(f"{path} is larger than {LIMIT // 1024**2} MiB.")
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}.") from error
