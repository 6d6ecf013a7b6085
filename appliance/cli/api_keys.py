"""``workingflow api-key``: keys of programs, also beside a running server."""

from __future__ import annotations

import click

from appliance.actor import SCOPES, SHELL, USUAL, Rights
from appliance.cli import options
from appliance.config import seconds
from appliance.keys import Key, Keys


@click.group(
    "api-key",
    epilog=options.example(
        'workingflow api-key create "ERP Integration"', "workingflow api-key list"
    ),
)
def api_key() -> None:
    """Keys by which programs use the REST API. Works beside a running server."""


@api_key.command(
    epilog=options.example(
        'KEY=$(workingflow api-key create "ERP Integration")',
        "workingflow api-key create Scanner --scope start --process invoice --expires 365d",
        "workingflow api-key create CI --scope deploy",
    )
)
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    help="Allow only this; may be repeated. Without: everything but deploy.",
)
@click.option(
    "--process", "processes", metavar="KEY", multiple=True,
    help="Allow only this process; may be repeated.",
)  # fmt: skip
@click.option("--expires", type=options.duration(seconds), help="Let it expire after e.g. 90d.")
@options.data
@options.as_json
def create(
    name: str,
    scopes: tuple[str, ...],
    processes: tuple[str, ...],
    expires: int | None,
    data: str | None,
    as_json: bool,
) -> None:
    """Make a key and print it, this once.

    It may list and follow processes, start them, fetch files, send messages and signals, and do the
    work of service tasks, unless --scope or --process say otherwise.
    """
    rights = Rights(frozenset(scopes) or USUAL.scopes, frozenset(processes) if processes else None)
    with options.first_accounts(data) as database:
        until = None if expires is None else options.now() + expires * 1000
        new = (
            Keys(database, options.now)
            .create(name, expires=until, rights=rights, by=SHELL)
            .result()
        )
        known = {key for (key,) in database.read().execute("SELECT DISTINCT key FROM definition")}
    for key in sorted(set(processes) - known):
        click.echo(
            f"There is no process {key!r} yet: until then the key has no use there.", err=True
        )
    if as_json:
        options.print_json(_as_json(new.key) | {"key": new.text})
        return
    click.echo("This key is shown only now; it works at once.", err=True)
    click.echo(new.text)


@api_key.command("list", epilog=options.example("workingflow api-key list"))
@options.data
@options.as_json
def list_(data: str | None, as_json: bool) -> None:
    """List all keys, without their secrets."""
    with options.accounts(data) as database:
        found = Keys(database, options.now).list()
    if as_json:
        options.print_json([_as_json(each) for each in found])
        return
    rows = [
        (each.name, f"{each.prefix}…", _state(each), options.day(each.created),
         options.day(each.expires), options.day(each.last_used))
        for each in found
    ]  # fmt: skip
    options.print_table(("NAME", "KEY", "STATE", "CREATED", "EXPIRES", "LAST USED"), rows)


@api_key.command(epilog=options.example('workingflow api-key revoke "ERP Integration"'))
@click.argument("name")
@click.option("--delete", is_flag=True, help="Forget the key, too; its name is free again then.")
@options.data
def revoke(name: str, delete: bool, data: str | None) -> None:
    """Refuse a key from now on."""
    with options.accounts(data) as database:
        keys = Keys(database, options.now)
        key = keys.get(name)
        (keys.delete if delete else keys.deactivate)(key.id, SHELL).result()
    click.echo(f"{key.name} is {'deleted' if delete else 'inactive'}.")


@api_key.command(
    epilog=options.example('workingflow api-key rotate "ERP Integration" --overlap 1d')
)
@click.argument("name")
@click.option(
    "--overlap", type=options.duration(seconds), default="1d", show_default=True,
    help="How long the present secret still counts.",
)  # fmt: skip
@options.data
@options.as_json
def rotate(name: str, overlap: int, data: str | None, as_json: bool) -> None:
    """Give a key a new secret and print it, this once."""
    with options.accounts(data) as database:
        keys = Keys(database, options.now)
        new = keys.rotate(keys.get(name).id, overlap * 1000, SHELL).result()
    if as_json:
        options.print_json(_as_json(new.key) | {"key": new.text})
        return
    click.echo("This secret is shown only now; it works at once.", err=True)
    click.echo(new.text)


def _state(key: Key) -> str:
    if not key.active:
        return "inactive"
    return "active" if key.usable(options.now()) else "expired"


def _as_json(key: Key) -> dict[str, object]:
    return {
        "id": str(key.id),
        "name": key.name,
        "prefix": key.prefix,
        "state": _state(key),
        "created": options.moment(key.created),
        "createdBy": key.created_by,
        "expires": options.moment(key.expires),
        "lastUsed": options.moment(key.last_used),
        "owner": key.owner,
        "scopes": sorted(key.rights.scopes),
        "processes": None if key.rights.processes is None else sorted(key.rights.processes),
        "previousUntil": options.moment(key.previous_until),
    }
