"""What a person entered into a form, with files: checked, then stored with a command or dropped."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import TracebackType
from typing import Any, TypeVar

from appliance.errors import InvalidInput
from appliance.files import Files, Received
from appliance.pending import Pending
from appliance.store.work import Work
from engine.forms import Checked, Directory, Form, Upload

T = TypeVar("T")


@dataclass(slots=True)
class _Scope:
    """Variables that expressions of form properties write to."""

    data: dict[str, Any]
    moment: datetime

    def get(self, name: str) -> Any:
        """The variable, or KeyError."""
        return self.data[name]

    def set(self, name: str, value: Any) -> None:
        """Set a variable."""
        self.data[name] = value

    @property
    def now(self) -> datetime:
        """The moment of evaluation, UTC."""
        return self.moment.astimezone(UTC)

    @property
    def zone(self) -> tzinfo:
        """The person's time zone."""
        return self.moment.tzinfo or UTC


def variables_of(checked: Checked, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The variables to set for what a form accepted over ``data``."""
    if not checked.assignments:
        return checked.values
    scope = _Scope(copy.deepcopy({**data, **checked.values}), now)
    for expression, value in checked.assignments:
        expression.assign(scope, value)
    changed = {
        name: value for name, value in scope.data.items() if name not in data or data[name] != value
    }
    return changed | {name: scope.data[name] for name in checked.values}


class Input:
    """One form that was sent. As a context manager it drops its files when anything is refused."""

    def __init__(self, files: Files, uploads: Mapping[str, Sequence[Received]]) -> None:
        self._files = files
        self._uploads = uploads
        self._received = [each for some in uploads.values() for each in some]

    def check(
        self,
        form: Form | None,
        entered: Mapping[str, Any],
        data: Mapping[str, Any],
        *,
        now: datetime,
        outcome: str,
        people: Directory | None,
    ) -> Checked:
        """What the form accepts over the variables ``data``. Raises ``FormInvalid``."""
        if form is None:
            if self._received:
                raise InvalidInput("There is no form that takes a file.")
            return Checked(dict(entered), outcome=outcome)
        uploads = {
            field: [
                Upload(each.stored_name, each.original_name, each.size, each.head)
                for each in received
            ]
            for field, received in self._uploads.items()
        }
        return form.check(
            entered, uploads, data, now=now, outcome=outcome, people=people
        ).or_raise()

    def rows(self, work: Work, root: int, instance: int, task: int | None, by: str) -> None:
        """Store the rows of the files within a command."""
        for field, received in self._uploads.items():
            for each in received:
                work.add_file((
                    work.new_id(), root, instance, task, field, each.stored_name,
                    each.original_name, each.content_type, each.size, work.now, by,
                ))  # fmt: skip

    def settle(self, pending: Pending[T]) -> Pending[T]:
        """Keep the files when the command is stored, drop them when it is refused."""
        return pending.finally_(self._settled) if self._received else pending

    def _settled(self, error: BaseException | None) -> None:
        if error is None:
            self._files.keep(self._received)
        else:
            self._files.drop(self._received)

    def __enter__(self) -> Input:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._files.drop(self._received)
