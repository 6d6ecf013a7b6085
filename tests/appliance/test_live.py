"""Pages hear that something changed, gathered, on their own event loop."""

import asyncio

import pytest

from appliance import live as live_module
from appliance.live import INSTANCES, PROCESSES, TASKS, Live
from tests.appliance.processes import ERP, deploy


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(live_module, "PAUSE", 0)


def test_a_page_hears_what_changed(box):
    async def main() -> set[str]:
        with box.live.subscribe() as topics:
            deploy(box, "start > a > end")
            box.instances.start("play", {}, ERP).result(10)
            return {await topics.get() for _ in range(3)}

    assert asyncio.run(main()) == {TASKS, INSTANCES, PROCESSES}


def test_the_same_topic_is_told_once_until_it_was_heard():
    live = Live()

    async def main() -> list[str]:
        with live.subscribe() as topics:
            for _ in range(100):
                live.publish(TASKS)
            heard = [await topics.get()]
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(topics.get(), 0.01)
            live.publish(TASKS)
            return [*heard, await topics.get()]

    assert asyncio.run(main()) == [TASKS, TASKS]


def test_every_page_hears():
    live = Live()

    async def main() -> list[str]:
        with live.subscribe() as one, live.subscribe() as two:
            live.publish(TASKS)
            return [await one.get(), await two.get()]

    assert asyncio.run(main()) == [TASKS, TASKS]


def test_nobody_hears_after_leaving():
    live = Live()

    async def main() -> None:
        with live.subscribe():
            live.publish(TASKS)
        live.publish(TASKS)

    asyncio.run(main())
    live.publish(TASKS)
    assert live._listeners == {}


def test_a_loop_that_is_gone_harms_nobody():
    live = Live()

    async def forget() -> None:
        live.subscribe().__enter__()

    asyncio.run(forget())
    live.publish(TASKS)
    live.publish(TASKS)
    assert live._listeners == {}
