"""The processes that ship (model, forms, scenarios and a page of help each), and the templates that
new models begin with (model and scenarios each)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

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


@dataclass(frozen=True, slots=True)
class Template:
    """A model to begin with. Its process has the template's ``key``, which its copy exchanges."""

    key: str

    @property
    def file(self) -> Path:
        """Where the model is."""
        return FOLDER / "templates" / f"{self.key}.bpmn20.xml"

    def model(self, key: str, name: str) -> bytes:
        """A copy of the model for a process of this key and name."""
        text = self.file.read_text(encoding="utf-8").replace(self.key, key)
        title = escape(name, {'"': "&quot;"})
        return re.sub(
            r'(<process [^>]*?\bname=")[^"]*', lambda m: m[1] + title, text, count=1
        ).encode()


SHIPPED = (
    Shipped("expense_reimbursement_demo", ("employees", "finance", "managers", "senior-managers")),
    Shipped("leave_request_demo", ("hr", "managers", "senior-managers")),
)
GROUPS = {
    "employees": "Employees",
    "finance": "Finance",
    "hr": "Human resources",
    "managers": "Managers",
    "senior-managers": "Senior managers",
}
"""What the groups of the processes that ship are called."""

TEMPLATES = (
    Template("template_blank"),
    Template("template_approval"),
    Template("template_two_step_approval"),
    Template("template_onboarding"),
    Template("template_invoice"),
)
