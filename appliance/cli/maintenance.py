"""``workingflow backup``, ``restore``, ``check`` and ``retention``: what keeps the data well."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from appliance.actor import SHELL
from appliance.archive import Progress
from appliance.cli import options
from appliance.config import seconds
from appliance.datadir import DataDirectory

if TYPE_CHECKING:
    from appliance.retention import Preview, Removed

MIB = 1024**2


@click.command(
    epilog=options.example(
        "workingflow backup", "workingflow backup /mnt/nas/workingflow-monday.zip --json"
    )
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.data
@options.as_json
def backup(file: Path | None, data: str | None, as_json: bool) -> None:
    """Write everything into one file and check it.

    Works beside a running server. Without FILE it goes to `backups/` in the data directory.
    """
    from appliance.backups import Backups

    config = options.existing(data)
    directory = DataDirectory.open(config.data)
    with options.direct(config) as database:
        backups = Backups(database, directory, options.now, watch=_progress())
        target = file.absolute() if file else directory.backups / backups.name()
        manifest = backups.write(target, SHELL)
    size = target.stat().st_size
    if as_json:
        facts = {"file": str(target), "bytes": size, "files": manifest.files}
        options.print_json(facts | {"missing": manifest.missing})
        return
    for name in manifest.missing:
        click.echo(f"Already gone before: {name}", err=True)
    click.echo(f"{target} holds everything ({size / MIB:.1f} MiB, checked).")


@click.command(
    epilog=options.example(
        "workingflow restore workingflow-monday.zip --data /var/lib/workingflow",
        "workingflow restore --dry-run workingflow-monday.zip",
    )
)
@click.argument("file", type=options.existing_file)
@click.option("--force", is_flag=True, help="Replace what is there; it is kept in a folder.")
@click.option("--dry-run", is_flag=True, help="Only check the backup.")
@options.data
@options.as_json
def restore(file: Path, force: bool, dry_run: bool, data: str | None, as_json: bool) -> None:
    """Put a backup into an empty data directory.

    The backup is checked before anything is changed. No server may use the directory.
    """
    from appliance import archive, restore

    config = options.load(data)
    watch = _progress()
    if dry_run:
        manifest = archive.verify(file, watch)
    else:
        act = restore.replace if force else restore.restore
        manifest = act(config.data, file, options.now(), SHELL, watch)
    if as_json:
        options.print_json(
            {"made": manifest.made, "files": manifest.files, "restored": not dry_run}
        )
    elif dry_run:
        click.echo(f"{file} is whole. It was made at {manifest.made}.")
    else:
        click.echo(
            f"{config.data} is as it was at {manifest.made}. Everybody has to sign in again."
        )


@click.command(epilog=options.example("workingflow check", "workingflow check --all --json"))
@click.option("--all", "every", is_flag=True, help="Replay the journal of every instance.")
@options.data
@options.as_json
def check(every: bool, data: str | None, as_json: bool) -> int:
    """See whether all is well with the data; exit code 1 if not.

    Reads the database, the rules between its tables, the journal of the oldest and the latest
    instances, the uploaded files and the audit log. Changes nothing; works beside a server.
    """
    from appliance.checks import checks

    config = options.existing(data)
    found = list(checks(DataDirectory.open(config.data), every=every))
    well = not any(each.problems for each in found)
    if as_json:
        shown = [{"name": c.name, "lookedAt": c.looked_at, "problems": c.problems} for c in found]
        options.print_json({"well": well, "checks": shown})
        return 0 if well else 1
    rows = [(c.name, c.looked_at, "well" if not c.problems else "NOT WELL") for c in found]
    options.print_table(("WHAT", "LOOKED AT", "FOUND"), rows)
    for each in found:
        for problem in each.problems:
            click.echo(f"{each.name}: {problem}", err=True)
    return 0 if well else 1


def _days(text: str) -> int | None:
    if text in ("forever", "default"):
        return 0 if text == "forever" else None
    return max(1, seconds(text) // 86400)


@click.command(
    epilog=options.example(
        "workingflow retention --set 365d --set expense=90d --set audit_case=forever",
        "workingflow retention --dry-run",
        "workingflow retention --json",
    )
)
@click.option(
    "--set", "rules", multiple=True, metavar="[PROCESS=]TIME",
    help="Keep ended instances so long: 90d, forever, or default (as all others). Removes nothing.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would go and remove nothing.")
@options.data
@options.as_json
def retention(rules: tuple[str, ...], dry_run: bool, data: str | None, as_json: bool) -> None:
    """Let go of instances that ended long ago.

    A server does so by itself, each hour. What goes are rows, journal and files; then the database
    file shrinks. Works beside a running server.
    """
    from appliance.files import Files
    from appliance.retention import Retention

    wanted = [_rule(text) for text in rules]
    config = options.existing(data)
    directory = DataDirectory.open(config.data)
    with options.direct(config) as database:
        files = Files(directory.files, directory.tmp, database.read, config.upload_limit)
        keeper = Retention(database, directory, files, options.now)
        for process, days in wanted:
            keeper.set(process, days, SHELL).result()
        if wanted:
            _print_rules(keeper.rules(), as_json)
        elif dry_run:
            _print_preview(keeper.preview(), as_json)
        else:
            _print_removed(keeper.run(SHELL), as_json)


def _rule(text: str) -> tuple[str, int | None]:
    process, _, time = text.rpartition("=")
    try:
        return process, _days(time)
    except ValueError as error:
        raise click.UsageError(f"--set {text}: {error}, forever or default") from None


def _print_rules(rules: dict[str, int], as_json: bool) -> None:
    if as_json:
        options.print_json({"rules": rules})
        return
    rows = [(process or "(all others)", f"{days} days" if days else "forever")
            for process, days in sorted({"": 0, **rules}.items())]  # fmt: skip
    options.print_table(("PROCESS", "KEPT"), rows)


def _print_preview(preview: Preview, as_json: bool) -> None:
    if as_json:
        options.print_json(preview)
        return
    rows = [(each.process, each.days, each.instances, options.day(each.oldest), each.files)
            for each in preview.processes]  # fmt: skip
    options.print_table(("PROCESS", "DAYS", "INSTANCES", "OLDEST", "FILES"), rows)
    size = (preview.database_bytes + preview.file_bytes) / MIB
    click.echo(f"{preview.instances} instances would go, about {size:.1f} MiB.")


def _print_removed(removed: Removed, as_json: bool) -> None:
    if as_json:
        options.print_json(removed)
        return
    size = (removed.database_bytes + removed.file_bytes) / MIB
    count = sum(removed.instances.values())
    click.echo(f"{count} instances and {removed.files} files are removed, {size:.1f} MiB.")


def _progress() -> Callable[[Progress], object]:
    """Tells a person how far it is, a script nothing."""
    if not sys.stderr.isatty():
        return lambda _: None
    last = ""

    def show(progress: Progress) -> None:
        nonlocal last
        line = f"\r{progress.step}: {100 * progress.done // max(1, progress.total)} %   "
        if line != last:
            last = line
            with contextlib.suppress(OSError):
                click.echo(line, err=True, nl=False)

    return show
