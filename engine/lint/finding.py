"""How the rules say what they find."""

from __future__ import annotations

from engine.errors import Finding, Severity
from engine.model import Node


def finding(severity: Severity, rule: str, node: Node, message: str) -> Finding:
    """A finding at a node."""
    return Finding(severity, rule, message, node.id, node.line, node.process.file)
