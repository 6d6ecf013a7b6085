"""What the modeler asks while somebody draws: findings, times, expressions, names to choose.

Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import tzinfo

from appliance.effects import Effect
from appliance.forms import Forms
from appliance.people import People
from appliance.processes import Processes
from engine import juel
from engine.difference import Difference, differences
from engine.errors import ExpressionInvalid, Finding, TimeInvalid
from engine.forms import Form
from engine.forms.model import Component
from engine.model import Process
from engine.scopes import Outside
from engine.translation import translate
from engine.triggers.timer import KINDS, Kind, firings
from engine.variables import named_in
from processes import TEMPLATES

FIRINGS = 5
_FILE = "draft.bpmn20.xml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a model comes to: what a deployment would find, and the variables that it names."""

    findings: list[Finding]
    variables: list[str]


@dataclass(frozen=True, slots=True)
class Firings:
    """When a timer that is set now fires: the first of its times, or why that cannot be told."""

    times: list[int]
    computed: bool = False
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What there is to choose from: names, each with what people call it."""

    users: list[tuple[str, str]]
    groups: list[tuple[str, str]]
    forms: list[tuple[str, str]]
    processes: list[tuple[str, str]]


class Modeling:
    """Advice for whoever draws."""

    def __init__(
        self,
        processes: Processes,
        forms: Forms,
        people: People,
        clock: Callable[[], int],
        zone: tzinfo,
    ) -> None:
        self._processes = processes
        self._forms = forms
        self._people = people
        self._clock = clock
        self._zone = zone

    def check(self, content: bytes) -> Checked:
        """Everything that a deployment of this model would find, and its variables."""
        checked = self._processes.check({_FILE: content})
        found = (process for model in checked.models for process in model.processes)
        names = {name for process in found for name in self._variables(process)}
        return Checked(checked.findings, sorted(names))

    @property
    def templates(self) -> list[str]:
        """The keys of what a new model can begin with; the first begins with next to nothing."""
        return [template.key for template in TEMPLATES]

    def begun(self, template: str, key: str, name: str) -> bytes:
        """A new model for a process of this key and name, as a template has it."""
        found = next((one for one in TEMPLATES if one.key == template), TEMPLATES[0])
        return found.model(key, name)

    def compare(self, key: str, content: bytes) -> list[Difference]:
        """What a model changes of the latest version of a process. Raises ``ProcessNotFound``."""
        return differences(self._processes.xml(key), content)

    def effects(self, content: bytes) -> list[Effect]:
        """What deploying a model would change. Raises ``ModelInvalid``."""
        return self._processes.effects(self._processes.check({_FILE: content}))

    def translate(self, content: bytes) -> tuple[bytes, list[Finding]]:
        """A model of another dialect in the words that the modeler edits, and what was changed.

        Raises ``ModelInvalid`` when it is no BPMN at all.
        """
        return translate(content, _FILE)

    def firings(self, kind: str, text: str, end: str = "", *, repeats: bool) -> Firings:
        """The next times of a timer; only its first one where it does not repeat."""
        if kind not in KINDS:
            return Firings([], wrong=f"{kind} is no kind of timer.")
        try:
            return self._firings(kind, text, end, FIRINGS if repeats else 1)
        except (ExpressionInvalid, TimeInvalid) as error:
            return Firings([], wrong=str(error))

    def expression(self, text: str) -> str:
        """What is wrong with an expression; nothing if it can be compiled."""
        try:
            juel.compile(text)
        except ExpressionInvalid as error:
            return str(error)
        return ""

    def names(self) -> Names:
        """The people, groups, forms and processes that there are."""
        return Names(
            [(user.name, user.label) for user in self._people.list() if user.active],
            [(group.name, group.label) for group in self._people.groups()],
            [(form.key, form.name) for form in self._forms.list()],
            [(process.key, process.name) for process in self._processes.list()],
        )

    def _firings(self, kind: Kind, text: str, end: str, most: int) -> Firings:
        when, until = juel.compile(text), juel.compile(end)
        if not (when.constant and until.constant):
            return Firings([], computed=True)
        now = self._clock()
        scope = Outside(now, self._zone)
        times = firings(
            kind, when.evaluate(scope), now, self._zone, until.evaluate(scope) or None, most=most
        )
        return Firings(times)

    def _variables(self, process: Process) -> set[str]:
        named = named_in(process)
        for key in self._forms.used_by(process):
            form = self._forms.latest(key)
            if form is not None:
                named |= set(_keys(form))
        return named


def _keys(form: Form) -> Iterable[str]:
    """The variables that a form sets or shows."""
    if form.outcomes:
        yield form.outcome_variable
    for component in form.components:
        yield from _keys_of(component)


def _keys_of(component: Component) -> Iterable[str]:
    if component.key:
        yield component.key[0]
        return
    for inner in component.components:
        yield from _keys_of(inner)
