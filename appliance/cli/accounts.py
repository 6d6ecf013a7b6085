"""``workingflow user`` and ``workingflow setup-link``: accounts, also beside a running server."""

from __future__ import annotations

import os
import sys

import click

from appliance.actor import SHELL, SYSTEM
from appliance.cli import options
from appliance.people import People, User
from appliance.second_factor import SecondFactor
from appliance.setup import MINUTES, Setup


@click.group(epilog=options.example("workingflow user add kermit --admin", "workingflow user list"))
def user() -> None:
    """People who may sign in. Works beside a running server."""


@user.command(
    epilog=options.example(
        "workingflow user add kermit --admin",
        "pwgen 20 1 | workingflow user add gonzo --password-stdin",
    )
)
@click.argument("name")
@click.option("--admin", is_flag=True, help="May administer the server.")
@click.option("--display-name", default="", help="What pages call them.")
@click.option("--email", default="", help="Where mail reaches them.")
@click.option("--group", "groups", multiple=True, help="A group they belong to; may be repeated.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@options.data
@options.as_json
def add(
    name: str,
    admin: bool,
    display_name: str,
    email: str,
    groups: tuple[str, ...],
    password_stdin: bool,
    data: str | None,
    as_json: bool,
) -> None:
    """Add a person; asks for a password."""
    with options.first_accounts(data) as database:
        password = _password(password_stdin)
        added = (
            People(database, options.now)
            .add(
                name, password, display_name=display_name, email=email, admin=admin,
                groups=groups, by=SHELL,
            )
            .result()
        )  # fmt: skip
    if as_json:
        options.print_json(_as_json(added))
    else:
        click.echo(f"Added {added.name}{' as an administrator' if added.admin else ''}.")


@user.command("list", epilog=options.example("workingflow user list --json"))
@options.data
@options.as_json
def list_(data: str | None, as_json: bool) -> None:
    """List all people."""
    with options.accounts(data) as database:
        found = People(database, options.now).list()
    if as_json:
        options.print_json([_as_json(each) for each in found])
        return
    rows = [
        (each.name, each.display_name, "admin" if each.admin else "",
         "" if each.active else "disabled", ", ".join(sorted(each.groups)))
        for each in found
    ]  # fmt: skip
    options.print_table(("NAME", "DISPLAY NAME", "ROLE", "STATE", "GROUPS"), rows)


@user.command(epilog=options.example("workingflow user passwd kermit"))
@click.argument("name")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@options.data
def passwd(name: str, password_stdin: bool, data: str | None) -> None:
    """Give a person a new password.

    They are signed out everywhere.
    """
    with options.accounts(data) as database:
        people = People(database, options.now)
        found = people.get(name)
        people.set_password(name, _password(password_stdin), SHELL).result()
    click.echo(f"The password of {found.name} is changed.")


@user.command(epilog=options.example("workingflow user disable gonzo"))
@click.argument("name")
@options.data
def disable(name: str, data: str | None) -> None:
    """Sign a person out everywhere and let them in no more."""
    with options.accounts(data) as database:
        People(database, options.now).disable(name, SHELL).result()
    click.echo(f"{name} cannot sign in any more.")


@user.command(epilog=options.example("workingflow user enable gonzo"))
@click.argument("name")
@options.data
def enable(name: str, data: str | None) -> None:
    """Let a disabled person sign in again."""
    with options.accounts(data) as database:
        People(database, options.now).enable(name, SHELL).result()
    click.echo(f"{name} may sign in again.")


@user.command(epilog=options.example("workingflow user reset-second-factor kermit"))
@click.argument("name")
@options.data
def reset_second_factor(name: str, data: str | None) -> None:
    """Ask a person for no code at the sign-in any more.

    For people who lost their authenticator app and their recovery codes.
    """
    with options.accounts(data) as database:
        people = People(database, options.now)
        SecondFactor(database, people, options.now).remove(name, SYSTEM).result()
    click.echo(f"No code is asked of {name} any more.")


@click.command("setup-link", epilog=options.example("workingflow setup-link"))
@options.data
def setup_link(data: str | None) -> None:
    """Print a new link for the first administrator.

    Earlier links end. Works beside a running server.
    """
    config = options.load(data)
    with options.direct(config) as database:
        token = Setup(database, options.now).new_token(SHELL).result()
    click.echo(f"The link is valid once, for {MINUTES} minutes.", err=True)
    click.echo(config.address(f"/setup?token={token}"))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not os.isatty(0):
        raise click.UsageError("There is no terminal to ask for a password: use --password-stdin.")
    return click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)


def _as_json(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "displayName": user.display_name,
        "email": user.email,
        "admin": user.admin,
        "active": user.active,
        "groups": sorted(user.groups),
        "created": options.moment(user.created),
    }
