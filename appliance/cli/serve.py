"""``workingflow serve``: the appliance itself, until it is told to stop."""

from __future__ import annotations

import contextlib
import logging
import os
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from appliance import __version__, logs
from appliance.cli import options
from appliance.config import SETTINGS, Config, unknown_variables
from appliance.setup import MINUTES

if TYPE_CHECKING:
    from appliance.box import Box

F = TypeVar("F", bound=Callable[..., Any])

log = logging.getLogger(__name__)


def _every_setting(command: F) -> F:
    """Make each setting a flag; its text is read by ``Config``, as from every other source."""
    for name, field in reversed(list(SETTINGS.items())):
        shown = field.metadata["shown"] or field.default
        default = f" [{str(shown).lower() if isinstance(shown, bool) else shown}]" if shown else ""
        flag = f"--{name.replace('_', '-')}"
        help = field.metadata["help"] + default
        command = click.option(flag, name, metavar="VALUE", help=help)(command)
    return command


@click.command(
    epilog=options.example(
        "workingflow serve --data ./team --port 8080 --open",
        "WORKINGFLOW_PORT=80 workingflow --host 0.0.0.0",
    )
)
@options.data
@_every_setting
@click.option("--open", "browser", is_flag=True, help="Open the browser when the server is ready.")
@click.pass_obj
def serve(web: Callable[..., None], data: str | None, browser: bool, **flags: Any) -> None:
    """Serve people and programs until stopped.

    SIGINT and SIGTERM end it; running requests have some time to end (--grace).

    Each setting may also stand in WORKINGFLOW_* variables and in workingflow.toml; see
    `workingflow config show`.
    """
    config = Config.load({"data": data, **flags})
    logs.start(config.log_format, config.log_level)
    log.info("data directory: %s (%s)", config.data, config.source("data"))
    from appliance.box import Box  # the engine takes time to load; only here one waits for it

    for name in unknown_variables(os.environ):
        log.warning("there is no setting for the variable %s", name)
    with contextlib.closing(Box(config)) as box:
        web(box, config, lambda: _ready(box, config, browser))


def _ready(box: Box, config: Config, browser: bool) -> None:
    """The port is ours: let timers fire, and tell whoever started us."""
    box.start()
    _announce(box, config, browser)


def _announce(box: Box, config: Config, browser: bool) -> None:
    """Say where the server is, and how to begin when there is no administrator yet."""
    click.echo(f"Workingflow {__version__} listens on {config.address()}")
    address = config.address()
    if box.setup.needed():
        address = config.address(f"/setup?token={box.setup.new_token().result()}")
        click.echo(
            f"There is no administrator yet. Make the first one here (once, within {MINUTES}"
            f" minutes):\n\n    {address}\n"
        )
    if browser:
        webbrowser.open(address)
