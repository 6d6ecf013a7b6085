"""The history of a case in words: what a line of it says, and the dot it gets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.views import HistoryLine
from web.texts import _


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a page shows it; ``kind`` is "", info, good, warn or bad, ``at`` in ms."""

    kind: str
    icon: str
    text: str
    detail: str
    at: int


def in_words(
    history: Sequence[HistoryLine],
    reader: str,
    called: Callable[[str], str] = str,
    group_called: Callable[[str], str] = str,
) -> list[Line]:
    """The lines in words for the person ``reader``, who is "you"; the latest first.

    ``called`` and ``group_called`` say what to call people and groups, by name.
    """
    known = Known(reader, called, group_called)
    return [_line(line, known) for line in reversed(history)]


@dataclass(frozen=True, slots=True)
class Known:
    """What people and groups are called inside of a sentence."""

    reader: str
    called: Callable[[str], str]
    group_called: Callable[[str], str]

    def person(self, name: str) -> str:
        """A person, an API key or the appliance."""
        if name == self.reader:
            return _("you")
        if name == "system":
            return _("Workingflow")
        if name.startswith("api:"):
            return apart(name.removeprefix("api:"))
        one, _for, absent = name.partition(" for ")
        if absent:
            both = [self.person(each) for each in (one, absent)]
            return _("%(who)s for %(absent)s", who=both[0], absent=both[1])
        return apart(self.called(name))

    def group(self, name: str) -> str:
        """A group of people."""
        return apart(self.group_called(name))


def apart(name: str) -> str:
    """A name that, whatever direction it is written in, turns nothing beside it."""
    end = "\N{POP DIRECTIONAL ISOLATE}"
    return f"\N{FIRST STRONG ISOLATE}{name.replace(end, '')}{end}"


def _line(line: HistoryLine, known: Known) -> Line:
    kind, icon, say = _WORDS.get(line.what, _OTHER)
    text, detail = say(line, known.person(line.by), known)
    return Line(kind, icon, text, detail, line.at)


Said = tuple[str, str]
Say = Callable[[HistoryLine, str, Known], Said]


def _started(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Started by %(who)s", who=by), line.detail


def _ended(line: HistoryLine, by: str, _known: Known) -> Said:
    status, _colon, reason = line.detail.partition(": ")
    if status == "cancelled":
        return _("Cancelled by %(who)s", who=by), reason
    return _("Completed"), reason


def _suspended(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Suspended by %(who)s", who=by), line.detail


def _activated(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Activated by %(who)s", who=by), line.detail


def _task(line: HistoryLine, _by: str, known: Known) -> Said:
    people = [line.detail] if line.detail else line.users
    who = ", ".join([*map(known.group, line.groups), *map(known.person, people)])
    if who:
        return _("%(step)s: for %(who)s", step=apart(line.name), who=who), ""
    return _("%(step)s: waiting", step=apart(line.name)), ""


def _assigned(line: HistoryLine, by: str, known: Known) -> Said:
    if not line.detail:
        return _("%(step)s: given back by %(who)s", step=apart(line.name), who=by), ""
    if line.detail == line.by.partition(" for ")[0]:
        return _("%(step)s: claimed by %(who)s", step=apart(line.name), who=by), ""
    to = known.person(line.detail)
    return _("%(step)s: assigned to %(to)s by %(who)s", step=apart(line.name), to=to, who=by), ""


def _delegated(line: HistoryLine, by: str, known: Known) -> Said:
    to = known.person(line.detail)
    return _("%(step)s: delegated to %(to)s by %(who)s", step=apart(line.name), to=to, who=by), ""


def _handed_back(line: HistoryLine, by: str, known: Known) -> Said:
    to = known.person(line.detail)
    return _("%(step)s: handed back to %(to)s by %(who)s", step=apart(line.name), to=to, who=by), ""


def _changed(line: HistoryLine, by: str, _known: Known) -> Said:
    fields = {"due": _("due date"), "priority": _("priority"), "name": _("name")}
    changed = [fields.get(each, each) for each in line.detail.split(", ")]
    said = _("%(step)s: changed by %(who)s", step=apart(line.name), who=by)
    return said, ", ".join(changed)


def _completed(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("%(step)s: done by %(who)s", step=apart(line.name), who=by), line.detail


def _gone(line: HistoryLine, _by: str, _known: Known) -> Said:
    return _("%(step)s: no longer needed", step=apart(line.name)), line.detail


def _timer(line: HistoryLine, _by: str, _known: Known) -> Said:
    return _("%(step)s: the time was up", step=apart(line.name)), line.detail


def _incident(line: HistoryLine, _by: str, _known: Known) -> Said:
    return _("%(step)s: stopped by a problem", step=apart(line.name)), line.detail


def _resolved(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("%(step)s: problem resolved by %(who)s", step=apart(line.name), who=by), line.detail


def _migrated(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Moved to another version by %(who)s", who=by), line.detail


def _moved_back(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Moved back by %(who)s", who=by), line.detail


def _modified(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Changed by hand by %(who)s", who=by), line.detail


def _repeated(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Sent back by %(who)s", who=by), line.detail


def _rescheduled(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("%(step)s: given another time by %(who)s", step=apart(line.name), who=by), line.detail


def _set(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("Variables set by %(who)s", who=by), line.detail


def _file(line: HistoryLine, by: str, _known: Known) -> Said:
    return _("File added by %(who)s", who=by), line.detail or line.name


def _log(line: HistoryLine, _by: str, _known: Known) -> Said:
    return line.name, line.detail


_OTHER = ("", "dot", _log)
_WORDS: dict[str, tuple[str, str, Say]] = {
    "started": ("info", "play", _started),
    "ended": ("good", "stop", _ended),
    "suspended": ("warn", "pause", _suspended),
    "activated": ("info", "play", _activated),
    "task": ("", "inbox", _task),
    "assigned": ("", "person", _assigned),
    "delegated": ("", "person", _delegated),
    "handed-back": ("", "person", _handed_back),
    "changed": ("", "dot", _changed),
    "task-completed": ("good", "check", _completed),
    "task-cancelled": ("", "close", _gone),
    "timer": ("warn", "clock", _timer),
    "incident": ("bad", "alert", _incident),
    "incident-resolved": ("good", "check", _resolved),
    "migrated": ("warn", "route", _migrated),
    "moved-back": ("warn", "route", _moved_back),
    "modified": ("warn", "route", _modified),
    "repeated": ("warn", "route", _repeated),
    "rescheduled": ("warn", "clock", _rescheduled),
    "set": ("warn", "dot", _set),
    "file": ("", "file", _file),
    "log": _OTHER,
}
