"""Rules over whole diagrams: what would run, but hardly as it was meant.

What cannot run at all is found while reading (``engine/xml.py`` and the elements). Each rule is a
generator of findings; ``RULES`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.errors import Finding
from engine.lint import events, flows, gateways, joins, missing, scopes
from engine.model import Process

Rule = Callable[[Process], Iterator[Finding]]


def lint(process: Process) -> list[Finding]:
    """Everything that the rules find in a process, in the order of the file."""
    found = [finding for rule in RULES for finding in rule(process)]
    return sorted(found, key=lambda finding: finding.line)


RULES: tuple[Rule, ...] = (
    scopes.starts,
    flows.flow_ends,
    flows.impossible_flows,
    events.contested_messages,
    flows.dead_flows,
    flows.unread_conditions,
    events.idle_events,
    scopes.dead_elements,
    gateways.blind_gateways,
    gateways.missing_defaults,
    joins.stranded_joins,
    scopes.busy_loops,
    events.idle_catches,
    events.useless_handlers,
    missing.nobodys_tasks,
    missing.unset_variables,
)
