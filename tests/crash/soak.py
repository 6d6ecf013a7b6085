"""A server under steady load for a while: memory and latency must stay as they were.

    python -m tests.crash.soak --minutes 10

Four clients wait ``--pause`` seconds after each start. Prints one JSON line a minute and a last one
with the verdict; exit code 1 when memory grew by more than a tenth after the first third. Latency
is only printed: other work on the machine is in it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from appliance.actor import SYSTEM
from appliance.box import Box
from appliance.config import Config
from appliance.store.soundness import unsound
from tests.play import as_xml
from tests.serving import PASSWORD, Client, Served

CLIENTS = 4
GROWTH = 1.1
PROCESS = """
<scriptTask id="count" scriptFormat="javascript">
  <script>execution.setVariable("n", execution.getVariable("n") + 1)</script></scriptTask>
<task id="later" flowable:async="true"/>
<intermediateCatchEvent id="wait">
  <timerEventDefinition><timeDuration>PT2S</timeDuration></timerEventDefinition>
</intermediateCatchEvent>
start > count > later > wait > end
"""


@dataclass
class Minute:
    """What was measured in a minute."""

    latencies: list[float] = field(default_factory=list)
    memory: int = 0

    def line(self, number: int) -> dict[str, object]:
        """As it is printed."""
        ordered = sorted(self.latencies)
        return {
            "minute": number,
            "answers": len(ordered),
            "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
            "p99_ms": round(1000 * ordered[len(ordered) * 99 // 100], 2),
            "memory_mib": round(self.memory / 1024**2, 1),
        }


class Load:
    """Clients that start instances, ask for their state and look at pages, at a steady pace."""

    def __init__(self, served: Served, key: str, pause: float) -> None:
        self._served = served
        self._key = key
        self._pause = pause
        self._stopping = threading.Event()
        self.latencies: list[float] = []
        self.started = 0

    def begin(self) -> list[threading.Thread]:
        """Set all of them going."""
        threads = [threading.Thread(target=self._program) for _ in range(CLIENTS)]
        threads.append(threading.Thread(target=self._person))
        for thread in threads:
            thread.start()
        return threads

    def stop(self) -> None:
        """Let them end."""
        self._stopping.set()

    def _program(self) -> None:
        headers = {"Authorization": f"Bearer {self._key}"}
        with httpx.Client(base_url=self._served.url, headers=headers, timeout=60) as erp:
            while not self._stopping.wait(self._pause):
                began = time.perf_counter()
                answer = erp.post("/processapi/soak/start", json={"variables": {"n": 1}})
                self.latencies.append(time.perf_counter() - began)
                id = answer.raise_for_status().json()["processInstanceId"]
                erp.get(f"/processapi/{id}/status").raise_for_status()
                self.started += 1

    def _person(self) -> None:
        with Client(self._served.url) as kermit:
            kermit.sign_in("kermit", PASSWORD)
            while not self._stopping.wait(1):
                for path in ("/tasks", "/admin/instances?view=ended", "/admin/processes", "/help"):
                    kermit.get(path).raise_for_status()


def prepared(data: Path) -> str:
    """A data directory with the process and an administrator; the text of a key."""
    box = Box(Config(data=data, demos=False))
    box.processes.deploy({"soak.bpmn": as_xml(PROCESS, "soak").encode()}, SYSTEM).result()
    box.people.add("kermit", PASSWORD, admin=True).result()
    key = box.keys.create("ERP").result().text
    box.close()
    return key


def memory(process: int) -> int:
    """The bytes that a process has in memory."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def measure(served: Served, load: Load, minutes: int) -> list[Minute]:
    """So many minutes, each printed when it is over."""
    found: list[Minute] = []
    for number in range(1, minutes + 1):
        time.sleep(60)
        latencies, load.latencies = load.latencies, []
        found.append(Minute(latencies, memory(served.running.pid)))
        print(json.dumps(found[-1].line(number)), flush=True)  # noqa: T201
    return found


def verdict(minutes: list[Minute], started: int, wrong: list[str]) -> dict[str, object]:
    """The last third against the middle one: the first third warms up."""
    third = max(1, len(minutes) // 3)
    middle, last = minutes[third : 2 * third] or minutes[:third], minutes[-third:]
    growth = statistics.mean(m.memory for m in last) / statistics.mean(m.memory for m in middle)
    medians = [
        statistics.median(latency for minute in part for latency in minute.latencies)
        for part in (middle, last)
    ]
    return {
        "started": started,
        "memory_growth": round(growth, 3),
        "latency_growth": round(medians[1] / medians[0], 3),
        "unsound": wrong,
        "flat": growth <= GROWTH and not wrong,
    }


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=3)
    parser.add_argument("--pause", type=float, default=0.02)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        key = prepared(data)
        served = Served(data).start()
        load = Load(served, key, given.pause)
        threads = load.begin()
        try:
            found = measure(served, load, given.minutes)
        finally:
            load.stop()
            for thread in threads:
                thread.join()
            served.stop()
        box = Box(Config(data=data, demos=False))
        wrong = unsound(box.store.read())
        box.close()
    result = verdict(found, load.started, wrong)
    print(json.dumps(result))  # noqa: T201
    return 0 if result["flat"] else 1


if __name__ == "__main__":
    sys.exit(main())
