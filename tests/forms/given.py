"""What these tests take as given: a moment, forms in one line, checks of one field."""

from datetime import UTC, datetime
from typing import Any

from engine.forms import Checked, Form, FormView, Item, Upload

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def form(*components: dict[str, Any], **more: Any) -> Form:
    """A form of these components."""
    return Form.parse({"type": "default", "id": "test", "components": list(components), **more})


def field(kind: str, **more: Any) -> dict[str, Any]:
    """A field whose key is ``x``."""
    return {"type": kind, "key": "x", "label": "X", **more}


def check(
    given: Form,
    values: dict[str, Any],
    data: dict[str, Any] | None = None,
    *,
    uploads: dict[str, list[Upload]] | None = None,
    now: datetime = NOW,
    **more: Any,
) -> Checked:
    """Check values against a form."""
    return given.check(values, uploads or {}, data or {}, now=now, **more)


def view(given: Form, data: dict[str, Any] | None = None, **more: Any) -> FormView:
    """The form as a page gets it."""
    return given.view(data or {}, **{"now": NOW, **more})


def item(given: Form, name: str = "x", data: dict[str, Any] | None = None, **more: Any) -> Item:
    """One field as a page gets it."""
    return next(each for each in view(given, data, **more).items() if each.name == name)


def upload(name: str = "receipt.pdf", head: bytes = PDF, size: int | None = None) -> Upload:
    """A file that was received; its stored name begins with zeros."""
    return Upload(f"00000000_{name}", name, len(head) if size is None else size, head)
