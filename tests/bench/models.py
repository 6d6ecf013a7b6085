"""The models that benchmarks run, in the same BPMN for us and for SpiffWorkflow."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
KEY = "bench"


@dataclass(frozen=True, slots=True)
class Model:
    """A process; ``nodes`` are entered in one run, ``completions`` of user tasks included.

    Scripts are in each engine's own language: ``our`` file has JUEL, ``theirs`` Python.
    """

    name: str
    our: str
    theirs: str
    nodes: int
    completions: int = 0


def _file(nodes: str, flows: list[tuple[str, str, str]]) -> str:
    parts = [
        f'<sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}"/>'
        if "|" not in id
        else f'<sequenceFlow id="{id.split("|")[0]}" sourceRef="{source}" targetRef="{target}">'
        f"<conditionExpression>{id.split('|')[1]}</conditionExpression></sequenceFlow>"
        for id, source, target in flows
    ]
    return (
        f'<definitions xmlns="{BPMN}" targetNamespace="bench"><process id="{KEY}" '
        f'isExecutable="true">{nodes}{"".join(parts)}</process></definitions>'
    )


def _line(kind: str, count: int, inside: str = "") -> str:
    ids = ["s", *(f"n{number}" for number in range(count)), "e"]
    nodes = "".join(f'<{kind} id="{id}">{inside}</{kind}>' for id in ids[1:-1])
    flows = [(f"f{number}", *pair) for number, pair in enumerate(pairwise(ids))]
    return _file(f'<startEvent id="s"/>{nodes}<endEvent id="e"/>', flows)


def _loop(kind: str, inside: str, limit: str) -> str:
    nodes = (
        f'<startEvent id="s"/><exclusiveGateway id="x" default="out"/><endEvent id="e"/>'
        f'<{kind} id="n">{inside}</{kind}>'
    )
    flows = [("f1", "s", "n"), ("f2", "n", "x"), (f"again|{limit}", "x", "n"), ("out", "x", "e")]
    return _file(nodes, flows)


def _fork(width: int) -> str:
    nodes = '<startEvent id="s"/><parallelGateway id="a"/><parallelGateway id="j"/>'
    flows = [("f", "s", "a"), ("g", "j", "e")]
    for number in range(width):
        nodes += f'<task id="n{number}"/>'
        flows += [(f"a{number}", "a", f"n{number}"), (f"j{number}", f"n{number}", "j")]
    return _file(f'{nodes}<endEvent id="e"/>', flows)


def _many(count: int, inside: str) -> str:
    nodes = (
        f'<startEvent id="s"/><scriptTask id="n">{inside}<multiInstanceLoopCharacteristics>'
        f"<loopCardinality>{count}</loopCardinality></multiInstanceLoopCharacteristics>"
        '</scriptTask><endEvent id="e"/>'
    )
    return _file(nodes, [("f1", "s", "n"), ("f2", "n", "e")])


def _juel(text: str) -> str:
    return f"<script>${{execution.setVariable({text})}}</script>"


_ONE_OURS, _ONE_THEIRS = _juel("'m', 1"), "<script>m = 1</script>"
_NEXT_OURS, _NEXT_THEIRS = _juel("'n', n + 1"), "<script>n = n + 1</script>"

SEVEN = [
    Model(
        "user_task_loop",
        _loop("userTask", "", "${n &lt; 3}"),
        _loop("manualTask", "", "n &lt; 3"),
        nodes=8,
        completions=3,
    ),
    Model("none_5", _line("task", 5), _line("task", 5), nodes=7),
    Model(
        "script_5",
        _line("scriptTask", 5, _ONE_OURS),
        _line("scriptTask", 5, _ONE_THEIRS),
        nodes=7,
    ),
    Model("fork_join_10", _fork(10), _fork(10), nodes=14),
    Model(
        "loop_100",
        _loop("scriptTask", _NEXT_OURS, "${n &lt; 100}"),
        _loop("scriptTask", _NEXT_THEIRS, "n &lt; 100"),
        nodes=202,
    ),
    Model("multi_100", _many(100, _ONE_OURS), _many(100, _ONE_THEIRS), nodes=102),
    Model("multi_1000", _many(1000, _ONE_OURS), _many(1000, _ONE_THEIRS), nodes=1002),
]
"""The seven that engines are compared by."""
