"""What the audit log calls things, in words for people: areas, and what was done in them.

The names themselves stay in its files, in filters and beside the words: they are the same in every
language.
"""

from __future__ import annotations

from collections.abc import Sequence

from web.texts import _


def areas() -> dict[str, str]:
    """The first words of names."""
    return {
        "audit": _("Audit log"),
        "backup": _("Backups"),
        "group": _("Groups"),
        "incident": _("Incidents"),
        "instances": _("Instances"),
        "key": _("API keys"),
        "process": _("Processes"),
        "retention": _("Retention"),
        "server": _("Server"),
        "session": _("Signing in"),
        "setup": _("Set-up"),
        "substitute": _("Substitutes"),
        "user": _("People"),
    }


def words() -> dict[str, str]:
    """Everything that is ever recorded."""
    return {
        "audit.trim": _("Old entries let go"),
        "backup.delete": _("Backup deleted"),
        "backup.download": _("Backup downloaded"),
        "backup.make": _("Backup made"),
        "backup.restore": _("Backup put back"),
        "group.add": _("Group added"),
        "group.remove": _("Group deleted"),
        "incident.notify": _("Who is told of incidents changed"),
        "instances.batch": _("The same done to many instances"),
        "key.activate": _("Key activated"),
        "key.change": _("Key changed"),
        "key.create": _("Key created"),
        "key.deactivate": _("Key deactivated"),
        "key.delete": _("Key deleted"),
        "key.end-overlap": _("Old secret of a key ended"),
        "key.rotate": _("New secret for a key"),
        "process.activate": _("Process activated"),
        "process.deploy": _("Deployed"),
        "process.migrate": _("Instances moved to another version"),
        "process.public": _("Public link changed"),
        "process.reschedule": _("Start by a timer put to another time"),
        "process.starters": _("Who may start changed"),
        "process.suspend": _("Process suspended"),
        "process.undo-migration": _("Instances moved back"),
        "retention.run": _("Old instances let go"),
        "retention.set": _("Rule of retention changed"),
        "server.start": _("Server started"),
        "session.begin": _("Signed in"),
        "session.end": _("Signed out"),
        "session.failed": _("Sign-in failed"),
        "session.revoke": _("Signed out elsewhere"),
        "setup.link": _("Set-up link made"),
        "setup.use": _("Set up"),
        "substitute.end": _("Substitute ended"),
        "substitute.set": _("Substitute named"),
        "user.add": _("Person added"),
        "user.change": _("Person changed"),
        "user.disable": _("Person disabled"),
        "user.enable": _("Person enabled"),
        "user.import": _("People imported"),
        "user.leave": _("Person left"),
        "user.link": _("Password link made"),
        "user.password": _("Password changed"),
        "user.second-factor": _("Second factor changed"),
    }


def choices(actions: Sequence[str]) -> list[tuple[str, str]]:
    """What to filter by, of what was ever recorded: each area, and below it what was done in it."""
    found: list[tuple[str, str]] = []
    named, known = areas(), words()
    for area in sorted({action.partition(".")[0] for action in actions}):
        found.append((area, named.get(area, area)))
        found += [
            (action, f"\N{EM SPACE}{known.get(action, action)}")
            for action in sorted(actions)
            if action.startswith(f"{area}.")
        ]
    return found
