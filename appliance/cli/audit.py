"""``workingflow audit``: the log of who did what, taken out and checked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from appliance import audit_export
from appliance.audit import Audit
from appliance.cli import options
from appliance.store import chain
from appliance.store.chain import Entry, Verdict


@click.group(epilog=options.example("workingflow audit verify"))
def audit() -> None:
    """Who did what in administration and with accounts. Works beside a running server."""


@audit.command(
    epilog=options.example(
        "workingflow audit export > audit.jsonl",
        "workingflow audit export --format csv > audit.csv",
    )
)
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl",
    help="JSON objects, one a line, or a table. [jsonl]",
)  # fmt: skip
@options.data
def export(form: str, data: str | None) -> None:
    """Print the whole log, the oldest entry first."""
    lines = audit_export.csv_lines if form == "csv" else audit_export.json_lines
    with options.accounts(data) as database:
        for line in lines(Audit(database, options.now).export()):
            click.echo(line, nl=False)


@audit.command(
    epilog=options.example(
        "workingflow audit verify",
        "workingflow audit verify audit.jsonl",
        "workingflow audit verify --head 5f2c…",
    )
)
@click.argument("file", required=False, type=options.existing_file)
@click.option("--head", default="", help="A hash that you noted before: it must still be there.")
@options.data
@options.as_json
def verify(file: Path | None, head: str, data: str | None, as_json: bool) -> int:
    """Check that nobody changed the log; exit code 1 if so.

    The log of the data directory, or an export of the whole of it: a selection has gaps.

    Note the hash that it prints somewhere else: with --head it shows later that the log was not
    made anew as a whole.
    """
    with _entries(file, data) as entries:
        verdict = chain.verify(entries, head)
    if as_json:
        options.print_json(verdict)
    else:
        _print(verdict)
    return 1 if verdict.problem else 0


@contextlib.contextmanager
def _entries(file: Path | None, data: str | None) -> Iterator[Iterator[Entry]]:
    if file is None:
        with options.accounts(data) as database:
            yield Audit(database, options.now).export()
    else:
        with file.open(encoding="utf-8", newline="") as lines:
            yield audit_export.read(lines)


def _print(verdict: Verdict) -> None:
    if verdict.problem:
        click.echo(f"The log was changed. {verdict.problem}")
    else:
        click.echo(f"{verdict.entries} entries are as they were written, up to this hash:")
        click.echo(verdict.head)
