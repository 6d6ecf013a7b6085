"""The processes that ship: model, forms, scenarios and a page of help each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shipped:
    """A process that ships; ``groups`` are those its tasks are offered to."""

    key: str
    groups: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return FOLDER / self.key

    def files(self) -> dict[str, bytes]:
        """What is deployed, by file name: the model and its forms."""
        patterns = ("*.bpmn20.xml", "*.form")
        paths = sorted(path for pattern in patterns for path in self.folder.glob(pattern))
        return {path.name: path.read_bytes() for path in paths}

    def help(self) -> str:
        """The page of help, in Markdown."""
        return (self.folder / "README.md").read_text(encoding="utf-8")


SHIPPED = (
    Shipped("expense_reimbursement_demo", ("employees", "finance", "managers", "senior-managers")),
    Shipped("leave_request_demo", ("hr", "managers", "senior-managers")),
)
