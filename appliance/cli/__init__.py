"""The command line: ``workingflow`` and its commands.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the data directory is in use, 4 the
database is newer than the program, 5 the port is taken.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
import peewee

from appliance import __version__, logs
from appliance.cli import (
    accounts,
    api_keys,
    audit,
    maintenance,
    models,
    moves,
    serve,
    settings,
    systemd,
)
from appliance.errors import CannotStart
from appliance.store import sqlite
from engine.errors import Refused

if TYPE_CHECKING:
    from appliance.box import Box
    from appliance.config import Config

Serve = Callable[["Box", "Config", Callable[[], None]], None]
"""How the web is served until the process is told to stop; calls the third when it is ready."""


class ServeByDefault(click.Group):
    """A group whose first command may be left out: ``workingflow --port 80`` serves."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``serve`` where no command is named."""
        own = {"--help", "-h", "--version"}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


EXIT_CODES = """\b
Exit codes:
  0  done
  1  refused or failed
  2  wrong usage
  3  the data directory is in use by another process
  4  the database is newer than this program
  5  the port is taken
"""


@click.group(
    cls=ServeByDefault,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="workingflow", message="%(prog)s %(version)s")
def program() -> None:
    """Run BPMN processes for a team: REST API, inbox, forms and SLA timers in one program.

    Without a command it serves. Everything is kept in one data directory (--data).
    """


for command in (
    serve.serve,
    models.deploy,
    models.lint,
    models.test,
    moves.migrate,
    moves.undo_migration,
    accounts.user,
    accounts.setup_link,
    api_keys.api_key,
    maintenance.backup,
    maintenance.restore,
    maintenance.check,
    maintenance.retention,
    audit.audit,
    settings.config,
    systemd.systemd_unit,
    settings.version,
):
    program.add_command(command)


def main(arguments: Sequence[str] | None, serve: Serve) -> int:
    """Run one command line and return its exit code."""
    os.umask(0o077)
    logs.start("text", "warning")
    try:
        result: Any = program.main(
            None if arguments is None else list(arguments),
            prog_name="workingflow",
            standalone_mode=False,
            obj=serve,
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Aborted.", err=True)
        return 1
    except Refused as error:
        click.echo(f"workingflow: {error}", err=True)
        return error.exit_code if isinstance(error, CannotStart) else 1
    except (sqlite.Error, peewee.PeeweeException) as error:
        click.echo(f"workingflow: The database cannot be used: {error}.", err=True)
        return 1
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return result if isinstance(result, int) else 0
