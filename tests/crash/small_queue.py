"""The program with little room for what waits: ``python -m tests.crash.small_queue serve …``."""

from __future__ import annotations

from appliance.__main__ import main
from appliance.store import writer

QUEUE = 8

if __name__ == "__main__":
    writer.QUEUE_COMMANDS = QUEUE
    main()
