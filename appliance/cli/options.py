"""What the commands share: the data directory, JSON, tables, accounts beside a server."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from appliance.config import Config
from appliance.datadir import DataDirectory
from appliance.direct import DirectDatabase
from appliance.errors import DataDirectoryUnusable

data = click.option("--data", metavar="DIR", help="The data directory to use.")
existing_file = click.Path(exists=True, dir_okay=False, path_type=Path)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


def example(*lines: str) -> str:
    """A command's examples, as the end of its help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def load(data: str | None, **flags: Any) -> Config:
    """The configuration; says on standard error which data directory is used, and why that one."""
    config = Config.load({"data": data, **flags})
    new = "" if _has_database(config) else ", which holds nothing yet"
    click.echo(f"Data directory: {config.data} ({config.source('data')}){new}", err=True)
    return config


def existing(data: str | None) -> Config:
    """The same, of a data directory that is one: a wrong name must not make a new one."""
    config = load(data)
    if not _has_database(config):
        raise DataDirectoryUnusable(
            f"{config.data} holds no database of Workingflow. Name the data directory of your"
            " server with --data."
        )
    return config


def _has_database(config: Config) -> bool:
    return DataDirectory(config.data).database.exists()


@contextlib.contextmanager
def direct(config: Config) -> Iterator[DirectDatabase]:
    """The database for short writes; a server may run at the same time."""
    with contextlib.closing(DirectDatabase.open(DataDirectory.open(config.data))) as database:
        yield database


@contextlib.contextmanager
def accounts(data: str | None) -> Iterator[DirectDatabase]:
    """The same, of a data directory that is there."""
    with direct(existing(data)) as database:
        yield database


@contextlib.contextmanager
def first_accounts(data: str | None) -> Iterator[DirectDatabase]:
    """The same, also before the first start of a server."""
    with direct(load(data)) as database:
        yield database


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows in columns, as wide as they need to be."""
    texts = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(heads))]
    for row in texts:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def moment(milliseconds: int | None) -> str | None:
    """A time as the REST API writes it."""
    if milliseconds is None:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")


def day(milliseconds: int | None) -> str:
    """A time as a table shows it."""
    if milliseconds is None:
        return "-"
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def duration(read: Callable[[Any], int]) -> click.ParamType:
    """An option whose text one of the readers of ``config.py`` understands."""

    class Duration(click.ParamType):
        name = "duration"

        def convert(self, value: Any, param: Any, ctx: Any) -> int:
            try:
                return read(value)
            except ValueError as error:
                self.fail(str(error), param, ctx)

    return Duration()
