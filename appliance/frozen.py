"""What the program minds when it runs from a PyInstaller binary.

The one file unpacks itself into the temporary directory. Cleaners of that directory skip a folder
on which someone holds a shared lock; without it, pages vanish from a server that runs for weeks.
Its starter also sets `LD_LIBRARY_PATH`, which must not reach the system's programs that we start.
"""

from __future__ import annotations

import fcntl
import os
import sys

_LIBRARY_PATH = "LD_LIBRARY_PATH"


def settle() -> int | None:
    """Lock the unpacked files for the life of the process and put the environment back.

    The descriptor that holds the lock, or None when not frozen.
    """
    unpacked = getattr(sys, "_MEIPASS", None)
    if unpacked is None:
        return None
    original = os.environ.pop(f"{_LIBRARY_PATH}_ORIG", None)
    os.environ.pop(_LIBRARY_PATH, None)
    if original is not None:
        os.environ[_LIBRARY_PATH] = original
    held = os.open(unpacked, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_SH)
    return held
