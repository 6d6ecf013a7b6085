"""Parallel joins where a token may wait for ever are told; those that get all or none are not."""

from __future__ import annotations

import pytest

from engine.xml import inspect
from tests.play import as_xml

FORK = "start > fork+ > a > join+ > end\nfork+ > "
ERROR = (
    '<boundaryEvent id="oops" attachedToRef="c"><errorEventDefinition/></boundaryEvent>\noops > '
)
BESIDE = (
    '<boundaryEvent id="also" attachedToRef="b" cancelActivity="false">'
    '<messageEventDefinition messageRef="m"/></boundaryEvent>\n'
)
CALL = '<callActivity id="c" calledElement="other"/>\n'
TERMINATE = '<endEvent id="stop"><terminateEventDefinition/></endEvent>\n'
RACE = (
    '<eventBasedGateway id="race"/>\n<intermediateCatchEvent id="m1"><messageEventDefinition '
    'messageRef="m1"/></intermediateCatchEvent>\n<intermediateCatchEvent id="m2">'
    '<messageEventDefinition messageRef="m2"/></intermediateCatchEvent>\n'
)
COMPENSATED = (
    '<boundaryEvent id="undo" attachedToRef="b"><compensateEventDefinition/></boundaryEvent>\n'
    '<task id="back" isForCompensation="true"/>\n'
    '<association id="l" sourceRef="undo" targetRef="back"/>'
)


def stranded(text: str) -> dict[str, str]:
    """The message of each join that is complained of."""
    found = inspect(as_xml(text).encode()).findings
    assert [each for each in found if each.severity == "error"] == []
    return {each.element: each.message for each in found if each.rule == "stranded-join"}


NEVER = {
    "an exclusive split": "start > x? >[n > 1] a > join+ > end\nx? >[] b > join+",
    "a race": f"{RACE}start > race\nrace > m1 > join+ > end\nrace > m2 > join+",
    "an exclusive split among others": f"{FORK}x? >[n > 1] b > join+\nx? >[] c > join+",
    "a split further above": (
        "start > x? >[n > 1] both+ > a > join+ > end\nboth+ > b > join+\nx? >[] c > join+"
    ),
    "a boundary event or not": "start > a > join+ > end\na !| late PT1H\nlate > b > join+",
    "a way that nothing comes by": "start > a > join+ > end\nlost > join+",
}
PERHAPS = {
    "some of several": "start > i* >[n > 1] a > join+ > end\ni* >[n > 2] b > join+",
    "some of an activity": "start > t\nt > a > join+ > end\nt >[n > 2] b > join+",
    "an end before it": f"{FORK}x? >[n > 1] b > join+\nx? >[] over > end2",
    "an end before a merge": (
        f"{FORK}x? >[n > 1] y? >[n > 2] b > m?\ny? >[] m? > join+\nx? >[n > 7] c > m?\n"
        "y? >[n > 5] end2"
    ),
    "a boundary event that leads away": f"{FORK}b > join+\nb !| late PT1H\nlate > end2",
    "an error that leads away": f"{CALL}{FORK}c > join+\n{ERROR}end2",
    "an event beside": f"start > b\n{BESIDE}b > join+ > end\nalso > c > join+",
    "some of what is inside": f"{FORK}i* >[n > 1] b > join+\ni* >[n > 2] c > join+",
    "a loop that is left": f"{FORK}m? > b > x? >[n > 1] m?\nx? >[n > 2] join+\nx? >[] end2",
}
SOUND = {
    "a parallel split": f"{FORK}b > join+",
    "a choice that comes together again": (
        f"{FORK}x? >[n > 1] b > m? > join+\nx? >[] c > m?"
    ),
    "a choice before the split": "start > x? >[n > 1] fork+ > a > join+ > end\n"
    "fork+ > b > join+\nx? >[] c > end2",
    "some of several that join before": (
        f"{FORK}i* >[n > 1] b > m* > join+\ni* >[] c > m*"
    ),
    "a loop inside": f"{FORK}m? > b > x? >[n > 1] m?\nx? >[] join+",
    "a loop around": (
        "start > m? > fork+ > a > join+ > x? >[n > 1] m?\nx? >[] end\nfork+ > b > join+"
    ),
    "an end that ends all": f"{TERMINATE}{FORK}x? >[n > 1] b > join+\nx? >[] stop",
    "a boundary event that leads to the join": (
        f"{FORK}b > m? > join+\nb !| late PT1H\nlate > c > m?"
    ),
    "a split behind an event beside": (
        f"{BESIDE}start > b > end\nalso > fork+ > c > join+\nfork+ > d > join+"
    ),
    "an event beside that ends by itself": f"{FORK}b > join+\n{BESIDE}also > c > end2",
    "a handler": f"{FORK}b > join+\n{COMPENSATED}",
    "a split within a split": (
        f"{FORK}inner+ > b > both+ > join+\ninner+ > c > both+"
    ),
    "a default flow of a parallel gateway": "start > fork+ >[n > 1] a > join+ > end\n"
    "fork+ >[] b > join+",
    "a join that is never reached": "start > end\nlost > both+ > a > join+\nboth+ > b > join+",
}  # fmt: skip


@pytest.mark.parametrize("name", NEVER)
def test_a_join_that_never_goes_on(name: str):
    found = stranded(NEVER[name])
    assert list(found) == ["join"]
    assert found["join"].endswith("it never goes on")


@pytest.mark.parametrize("name", PERHAPS)
def test_a_join_that_may_wait_for_ever(name: str):
    found = stranded(PERHAPS[name])
    assert list(found) == ["join"]
    assert "may wait for ever" in found["join"]


@pytest.mark.parametrize("name", SOUND)
def test_a_join_that_gets_all_or_nothing(name: str):
    assert stranded(SOUND[name]) == {}


def test_where_several_activities_begin_side_by_side_they_all_come():
    assert stranded("a > join+ > end\nb > join+") == {}
    assert list(stranded("a > join+ > end\nb > x? >[n > 1] join+\nx? >[] end2")) == ["join"]
