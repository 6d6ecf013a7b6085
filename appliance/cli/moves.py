"""``workingflow migrate`` and ``undo-migration``: running instances and versions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from appliance.cli import options

if TYPE_CHECKING:
    from appliance.box import Box
    from appliance.views_moves import Outlook

_reason = click.option("--reason", metavar="TEXT", help="Why; kept in the history of each.")


@click.command(
    epilog=options.example(
        "workingflow migrate expense --from 1 --to 2 --dry-run",
        "workingflow migrate expense --from 1 --to 2 --map review=check --reason 'new rules'",
    )
)
@click.argument("key")
@click.option("--from", "source", type=int, required=True, help="The version they run in.")
@click.option("--to", "target", type=int, required=True, help="The version they shall run in.")
@click.option(
    "--map", "mapping", multiple=True, metavar="OLD=NEW",
    help="The element that takes the place of an old one; OLD= for none.",
)  # fmt: skip
@click.option("--instance", "instances", type=int, multiple=True, help="Only this instance.")
@click.option("--dry-run", is_flag=True, help="Only say what cannot move, and why.")
@_reason
@options.data
@options.as_json
def migrate(
    key: str,
    source: int,
    target: int,
    mapping: tuple[str, ...],
    instances: tuple[int, ...],
    dry_run: bool,
    reason: str | None,
    data: str | None,
    as_json: bool,
) -> int:
    """Move running instances to another version.

    Elements of the same id, or else of the same name and kind, take each other's place. Each
    instance moves for itself; the exit code is 1 when one of them cannot. While a server runs, use
    the page of the process.
    """
    from appliance.actor import SHELL  # the engine takes time to load

    given = dict(_pair(each) for each in mapping)
    with _box(data) as box:
        if dry_run:
            outlook = box.moves.rehearse(key, source, target, given, instances)
            return _tell_outlook(outlook, as_json)
        id = box.moves.begin(
            key, source, target, SHELL, mapping=given, instances=instances, reason=reason
        ).result()
        box.moves.work()
        return _tell_move(box, id, as_json)


@click.command(epilog=options.example("workingflow undo-migration 4711"))
@click.argument("migration", type=int)
@_reason
@options.data
@options.as_json
def undo_migration(migration: int, reason: str | None, data: str | None, as_json: bool) -> int:
    """Move back what a migration has moved.

    Instances that have gone where the old version has nothing stay; the exit code is 1 then.
    """
    from appliance.actor import SHELL  # the engine takes time to load

    with _box(data) as box:
        id = box.moves.undo(migration, SHELL, reason).result()
        box.moves.work()
        return _tell_move(box, id, as_json)


@contextlib.contextmanager
def _box(data: str | None) -> Iterator[Box]:
    from appliance.box import Box  # the engine takes time to load

    with contextlib.closing(Box(options.existing(data))) as box:
        yield box


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not (old and equals):
        raise click.UsageError(f"--map takes OLD=NEW, not {text!r}.")
    return old, new


def _tell_outlook(outlook: Outlook, as_json: bool) -> int:
    if as_json:
        stuck = [
            {"instance": str(each.instance_id), "element": each.node_id, "name": each.node_name,
             "reason": each.reason}
            for each in outlook.stuck
        ]  # fmt: skip
        options.print_json({"movable": outlook.movable, "stuck": stuck})
    else:
        for each in outlook.stuck:
            place = f" at {each.node_name}" if each.node_name else ""
            click.echo(f"{each.instance_id}{place}: {each.reason}")
        held = len({each.instance_id for each in outlook.stuck})
        click.echo(f"{outlook.movable} can move, {held} cannot", err=True)
    return 1 if outlook.stuck else 0


def _tell_move(box: Box, id: int, as_json: bool) -> int:
    move, left = box.moves.get(id), box.moves.left(id)
    if as_json:
        facts: dict[str, Any] = {
            "migration": str(id), "from": move.source_version, "to": move.target_version,
            "moved": move.moved, "left": _left(left),
        }  # fmt: skip
        options.print_json(facts)
    else:
        for each in left:
            click.echo(f"{each.instance_id}: {each.reason}")
        click.echo(
            f"Migration {id}: {move.moved} moved to version {move.target_version},"
            f" {move.kept} could not, {move.gone} were gone"
        )
    return 1 if move.kept else 0


def _left(left: Sequence[Any]) -> list[dict[str, str]]:
    return [
        {"instance": str(each.instance_id), "outcome": each.outcome, "reason": each.reason}
        for each in left
    ]
