"""A form as the rest of the program uses it: read once, then checked and shown for many values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.errors import Finding, InvalidVariables, ModelInvalid
from engine.forms import check as checking
from engine.forms import convert
from engine.forms.live import Directory, Given, Live, stored_rows
from engine.forms.model import Component, Option, Outcome, Schema, Upload, own_names, walk
from engine.forms.posted import posted
from engine.forms.read import read
from engine.forms.view import FormView, view
from engine.juel import Scope
from engine.values import decode


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What is known of one field: for tests of processes, and for programs."""

    id: str
    type: str
    label: str
    value: Any
    required: bool
    readable: bool
    writable: bool
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form-js form with our extras. ``schema`` is its parsed model."""

    schema: Schema

    @staticmethod
    def parse(source: Any, *, file: str = "") -> Form:
        """A form from form-js JSON; ModelInvalid names everything that it cannot do."""
        return Form(read(source, file))

    @staticmethod
    def read(data: bytes, *, file: str = "") -> Form:
        """A form from a ``.form`` file, of form-js or of Flowable."""
        try:
            source = decode(data)
        except InvalidVariables as error:
            finding = Finding("error", "form-json", str(error), "", 0, file)
            raise ModelInvalid([finding]) from None
        if convert.is_flowable_form(source):
            source = convert.from_flowable_form(source, file=file)
        return Form.parse(source, file=file)

    @property
    def id(self) -> str:
        """What a form key refers to."""
        return self.schema.id

    @property
    def name(self) -> str:
        """Its title, may be empty."""
        return self.schema.name

    @property
    def components(self) -> tuple[Component, ...]:
        """Its components, in order."""
        return self.schema.components

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The buttons that complete the task; empty means one plain button."""
        return self.schema.outcomes

    def said(self, outcome: str) -> str:
        """What the button of an outcome says."""
        labels = {each.value: each.label for each in self.outcomes}
        return labels.get(outcome, outcome)

    @property
    def outcome_variable(self) -> str:
        """The variable that holds the chosen outcome."""
        return self.schema.outcome_variable

    @property
    def asks_for_people(self) -> bool:
        """Whether it lets people choose from the users or groups of the server."""
        return any(one.choices and one.choices.directory for one in walk(self.components))

    def own(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Only the values of its fields, also where it accepts others besides."""
        names = own_names(self.components)
        return {name: value for name, value in values.items() if name in names}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Warnings of reading it."""
        return self.schema.findings

    def without_outcomes(self) -> Form:
        """The same form for somebody who fills it in but does not decide."""
        return replace(self, schema=replace(self.schema, outcomes=()))

    @property
    def numbers(self) -> frozenset[str]:
        """What inputs for numbers are called: ``amount``, ``rows[].cost``."""
        return frozenset(_numbers(self.components, ""))

    def posted(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
        """Values for ``check`` and ``view`` from the names and texts that an HTML form sent."""
        return posted(self.schema.components, pairs)

    def check(
        self,
        values: Mapping[str, Any],
        uploads: Mapping[str, Sequence[Upload]],
        data: Mapping[str, Any],
        *,
        now: datetime,
        outcome: str = "",
        people: Directory | None = None,
        scope: Scope | None = None,
    ) -> checking.Checked:
        """Check what was entered; a field that is absent keeps what the form showed.

        ``data`` are the variables that the task sees, ``uploads`` new files by field, ``now`` the
        moment in the person's time zone, ``people`` gives the users and groups to choose from,
        ``scope`` is where expressions of form properties are evaluated (default: ``data``).
        """
        return checking.check(
            self.schema, data, Given(now, values, uploads, people, scope), outcome
        )

    def view(
        self,
        data: Mapping[str, Any],
        *,
        now: datetime,
        values: Mapping[str, Any] | None = None,
        errors: Mapping[str, Sequence[str]] | None = None,
        files: Mapping[str, str] | None = None,
        people: Directory | None = None,
        scope: Scope | None = None,
    ) -> FormView:
        """The form to be shown over ``data``; ``values`` are what a person entered so far.

        ``files`` tells the original names of stored files, the rest is as for ``check``.
        """
        given = Given(now, values, {}, people, scope)
        return view(self.schema, data, given, errors or {}, files or {})

    def facts(
        self, data: Mapping[str, Any], *, now: datetime, scope: Scope | None = None
    ) -> list[FieldFacts]:
        """What each visible field is and holds; a list holds its rows, as one field."""
        live = Live(self.schema, data, Given(now, scope=scope))
        return [
            FieldFacts(
                place.component.id if place.component.binding else ".".join(place.component.key),
                (place.component.binding.type if place.component.binding else "")
                or place.component.type,
                place.component.label if isinstance(place.component.label, str) else "",
                stored_rows(place) if place.component.type == "dynamiclist" else place.value,
                place.component.rules.required,
                place.component.binding is None or place.component.binding.readable,
                not place.locked,
                place.options,
            )
            for place in live.places
            if (place.keyed or place.component.type == "dynamiclist")
            and not place.row
            and not place.hidden
        ]


def _numbers(components: Sequence[Component], around: str) -> Iterator[str]:
    for component in components:
        name = ".".join((*([around] if around else []), *component.key))
        if component.type == "number":
            yield name
        yield from _numbers(component.components, name + "[]" * (component.type == "dynamiclist"))
