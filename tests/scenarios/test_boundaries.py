"""Every kind of activity, and everything that can happen at its border.

It happens or it does not, it interrupts or it does not: told is which way is taken, what is still
open, and that nothing is left.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from appliance.scenario.steps import (
    Advance,
    Complete,
    Message,
    Set,
    Signal,
    Start,
)
from tests.scenarios.hosts import (
    EDGES,
    HOSTS,
    NOTHING,
    OVER,
    Edge,
    Host,
    event,
    expect,
    model,
)

Run = Callable[..., list[tuple]]
START = Start(start="border", variables={"alarm": False})
CAUGHT, DONE = Complete(complete="Caught"), Complete(complete="Done")

BOTH = [
    (host, edge)
    for host in HOSTS
    for edge in EDGES
    if edge != "timer" or not HOSTS[host].later  # its job runs before time passes
]


def at(host: Host, edge: Edge, *, interrupting: bool) -> str:
    return model(host.xml, event(edge.definition, interrupting=interrupting, more=edge.more))


@pytest.mark.parametrize(("name", "edge"), BOTH)
def test_it_interrupts(run: Run, name: str, edge: str):
    host, trigger = HOSTS[name], EDGES[edge]
    live = run(
        at(host, trigger, interrupting=True),
        START,
        expect(*host.tasks),
        *trigger.happen,
        expect("Caught", active=["caught"], visited={"host": 0, "edge": 1}, instances=1, **NOTHING),
        Advance(advance="P9D"),
        expect("Caught"),
        CAUGHT,
        OVER,
    )
    assert live == []


@pytest.mark.parametrize(("name", "edge"), BOTH)
def test_it_goes_on_beside_as_often_as_it_happens(run: Run, name: str, edge: str):
    host, trigger = HOSTS[name], EDGES[edge]
    live = run(
        at(host, trigger, interrupting=False),
        START,
        *trigger.happen,
        expect(*host.tasks, "Caught"),
        *trigger.happen,
        expect(*host.tasks, "Caught", "Caught", visited={"edge": 2}),
        *host.finish,
        expect("Caught", "Caught", "Done", **NOTHING),
        DONE,
        CAUGHT,
        expect("Caught", status="ACTIVE"),
        CAUGHT,
        OVER,
    )
    assert live == []


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("name", HOSTS)
def test_what_is_done_in_time_is_left_alone(run: Run, name: str, interrupting: bool):
    host = HOSTS[name]
    events = "".join(
        event(edge.definition, interrupting=interrupting, id=f"edge{number}", more=edge.more)
        for number, edge in enumerate(EDGES.values())
        if edge.definition.count("messageRef") == 0 or edge is EDGES["all of several"]
    )
    live = run(
        model(host.xml, events),
        START,
        expect(*host.tasks),
        *host.finish,
        expect("Done", active=["done"], **NOTHING),
        Advance(advance="P9D"),
        Signal(signal="ring"),
        Message(message="edge", fails="NO_SUBSCRIBER"),
        Set(set={"alarm": True}),
        expect("Done", visited={"caught": 0}),
        DONE,
        OVER,
    )
    assert live == []
