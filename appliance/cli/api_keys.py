"""``workingflow api-key``: keys of programs, also beside a running server."""

from __future__ import annotations

import click

from appliance.actor import SHELL
from appliance.cli import options
from appliance.config import seconds
from appliance.keys import Key, Keys


@click.group("api-key")
def api_key() -> None:
    """Keys by which programs use the REST API. Works beside a running server."""


@api_key.command(epilog=options.example('KEY=$(workingflow api-key create "ERP Integration")'))
@click.argument("name")
@click.option("--expires", type=options.duration(seconds), help="Let it expire after e.g. 90d.")
@options.data
@options.as_json
def create(name: str, expires: int | None, data: str | None, as_json: bool) -> None:
    """Make a key and print it, this once."""
    with options.accounts(data) as database:
        until = None if expires is None else options.now() + expires * 1000
        new = Keys(database, options.now).create(name, expires=until, by=SHELL).result()
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
    }
