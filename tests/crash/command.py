"""A command of the shell on a disk that fails or ends the program when it comes to an operation.

    python -m tests.crash.command KIND NUMBER HOW ARGUMENT...

At the ``NUMBER``th ``write`` or ``sync`` of a database the process is killed (``HOW`` is ``kill``),
or this operation (``once``) or all from it on (``always``) fail with an I/O error.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from appliance.cli import main
from appliance.store import sqlite
from tests.crash.faulty import install

ROOT = Path(__file__).resolve().parent.parent.parent
FOR_EVER = 1_000_000


def die() -> None:
    """End at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def run(kind: str, number: int, how: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own; what it says."""
    command = [sys.executable, "-m", "tests.crash.command", kind, str(number), how, *arguments]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


if __name__ == "__main__":
    kind, number, how, *arguments = sys.argv[1:]
    error = die if how == "kill" else lambda: sqlite.IOError("said to fail")
    install().arm(kind, error, int(number) - 1, FOR_EVER if how == "always" else 1)
    sys.exit(main(arguments, lambda *_: None))
