"""The states that are kept in memory: what is dropped leaves nothing to the garbage collector."""

import gc

import pytest

from appliance.store.held import TOKEN_BYTES, Held
from appliance.store.states import States
from engine.commands import Command
from engine.state import State
from tests.play import BPMN, World

MODEL = f"""<definitions xmlns="{BPMN}" targetNamespace="test"><process id="p">
<startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="sub"/><subProcess id="sub">
<startEvent id="i"/><sequenceFlow id="g" sourceRef="i" targetRef="t"/>
<userTask id="t"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality>
</multiInstanceLoopCharacteristics></userTask>
<boundaryEvent id="b" attachedToRef="t"><timerEventDefinition><timeDuration>P1D</timeDuration>
</timerEventDefinition></boundaryEvent></subProcess></process></definitions>"""


@pytest.fixture
def world() -> World:
    return World()


def held(world: World, definition: int) -> Held:
    state = State(world.process)
    return Held(Command(state, world).start(definition), state)


def test_the_oldest_go_and_no_garbage_is_left(world):
    definition = world.deploy(MODEL)
    weight = held(world, definition).weight
    assert weight > 5 * TOKEN_BYTES
    states = States(limit=3 * weight)
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            states.keep(held(world, definition))
        assert gc.collect() == 0
    finally:
        gc.enable()
    assert len(states) == 3
    assert states.weight == 3 * weight


def test_what_is_used_stays(world):
    definition = world.deploy(MODEL)
    first = held(world, definition)
    states = States(limit=3 * first.weight)
    states.keep(first)
    for _ in range(10):
        assert states.take(first.root) is first
        states.keep(first)
        states.keep(held(world, definition))
    assert sum(1 for _ in first.state.tasks()) == 3
