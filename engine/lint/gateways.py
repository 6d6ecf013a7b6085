"""Rules about gateways: each leads somewhere, whatever its conditions say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.elements.exclusive_gateway import ExclusiveGateway
from engine.elements.inclusive_gateway import InclusiveGateway
from engine.elements.parallel_gateway import ParallelGateway
from engine.errors import Finding
from engine.lint.finding import finding
from engine.model import Node, Process


def blind_gateways(process: Process) -> Iterator[Finding]:
    """A gateway leads somewhere."""
    for node in process.every(ExclusiveGateway, InclusiveGateway, ParallelGateway):
        if not node.outgoing:
            why = f"no flow leaves {node.label!r}: what comes to it ends there"
            yield finding("warning", "no-way-on", node, why)


def missing_defaults(process: Process) -> Iterator[Finding]:
    """A gateway always has a way out."""
    for node in process.every(ExclusiveGateway, InclusiveGateway):
        if len(node.outgoing) < 2:
            continue
        bare = [flow for flow in node.outgoing if flow is not node.default and not flow.condition]
        if not bare and node.default is None and not _covers_all(node):
            yield finding(
                "warning",
                "missing-default",
                node,
                f"{node.label!r} has no default flow: without a true condition it fails",
            )
        elif bare and isinstance(node, ExclusiveGateway) and bare[0] is not node.outgoing[-1]:
            yield finding(
                "warning",
                "always-taken",
                node,
                f"the flow {bare[0].label} has no condition: the flows after it are never taken",
            )


_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_COMPARISON = re.compile(r"([^=!<>&|?]+)(==|!=|<=|>=|<|>)([^=!<>&|?]+)")


def _covers_all(node: Node) -> bool:
    """Whether the condition of one flow is plainly the opposite of another's."""
    texts = {
        "".join(flow.condition.text.split())[2:-1]
        for flow in node.outgoing
        if flow.condition is not None
    }
    return any(not texts.isdisjoint(_opposites(text)) for text in texts)


def _opposites(text: str) -> list[str]:
    found = [f"!{text}", f"!({text})", f"not({text})"]
    comparison = _COMPARISON.fullmatch(text)
    if comparison is not None:
        left, sign, right = comparison.groups()
        found.append(f"{left}{_OPPOSITE[sign]}{right}")
    for yes, no in (("==true", "==false"), ("==false", "==true")):
        if text.endswith(yes):
            found.append(text.removesuffix(yes) + no)
    return found
