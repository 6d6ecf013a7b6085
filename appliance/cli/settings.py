"""``workingflow config`` and ``workingflow version``: what runs here, and with which settings."""

from __future__ import annotations

import os
import platform

import click

from appliance import __version__
from appliance.cli import options
from appliance.config import PREFIX, SETTINGS, unknown_variables
from appliance.store import sqlite


@click.group(epilog=options.example("workingflow config show"))
def config() -> None:
    """Show the settings and where they come from.

    A flag beats a WORKINGFLOW_* variable beats workingflow.toml beats the default.
    """


@config.command(epilog=options.example("workingflow config show", "workingflow config show --json"))
@options.data
@options.as_json
def show(data: str | None, as_json: bool) -> None:
    """Show each setting, its value and where that came from."""
    loaded = options.load(data)
    for name in unknown_variables(os.environ):
        click.echo(f"There is no setting for the variable {name}.", err=True)
    rows = [(name, loaded.shown(name), loaded.source(name)) for name in ("data", *SETTINGS)]
    if as_json:
        options.print_json(
            [
                {
                    "name": name,
                    "value": value,
                    "source": source,
                    "variable": PREFIX + name.upper(),
                    "help": SETTINGS[name].metadata["help"] if name in SETTINGS else "",
                }
                for name, value, source in rows
            ]
        )
    else:
        options.print_table(("SETTING", "VALUE", "SOURCE"), rows)


@click.command(epilog=options.example("workingflow version --json"))
@options.data
@options.as_json
def version(data: str | None, as_json: bool) -> None:
    """Print the versions of the program and its parts."""
    del data  # taken by every command; nothing is read from it here
    found = {
        "workingflow": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite.VERSION,
        "system": f"{platform.system()} {platform.machine()}",
    }
    if as_json:
        options.print_json(found)
    else:
        click.echo(
            "workingflow {workingflow} (Python {python}, SQLite {sqlite}, {system})".format(**found)
        )
