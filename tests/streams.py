"""``python -m tests.streams serve ...``: the program itself, which logs what streams it holds."""

from __future__ import annotations

import sys
from collections.abc import Callable

from appliance.__main__ import main
from appliance.live import Live, Topics


def _telling(act: Callable[[Live, Topics], None]) -> Callable[[Live, Topics], None]:
    def told(live: Live, topics: Topics) -> None:
        act(live, topics)
        sys.stderr.write(f"streams: {sum(map(len, live._listeners.values()))}\n")

    return told


if __name__ == "__main__":
    for name in ("add", "remove"):
        setattr(Live, name, _telling(getattr(Live, name)))
    main()
