"""The states of live instances that are kept in memory, within a limit."""

from __future__ import annotations

from collections import OrderedDict

from appliance.store.held import Held

LIMIT = 24 * 1024 * 1024


class States:
    """A cache by top-level instance; what was not used for longest goes first.

    It only saves time: a state that is not here is loaded from its rows. Used by the writer only.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held: OrderedDict[int, tuple[Held, int]] = OrderedDict()
        self.weight = 0
        """About how many bytes all of them take."""

    def __len__(self) -> int:
        return len(self._held)

    def take(self, root: int) -> Held | None:
        """Take a state out, to run a command on it; :meth:`keep` puts it back."""
        found = self._held.pop(root, None)
        if found is None:
            return None
        self.weight -= found[1]
        return found[0]

    def keep(self, held: Held) -> None:
        """Put a state in, as the most recently used."""
        weight = held.weight
        self._held[held.root] = held, weight
        self.weight += weight
        while self.weight > self._limit:
            _, (held, dropped) = self._held.popitem(last=False)
            self.weight -= dropped
            held.state.take_apart()

    def clear(self) -> None:
        """Forget all of them."""
        self._held.clear()
        self.weight = 0
