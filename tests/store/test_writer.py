"""The writer: durable results, failures that stay where they belong, a disk that is full."""

import asyncio
import threading

import pytest

from appliance.errors import Overloaded, ShuttingDown, StorageFull
from appliance.pending import Pending
from appliance.store import sqlite
from appliance.store import writer as writer_module
from appliance.store.held import Held
from appliance.store.store import Store
from appliance.store.transaction import Transaction
from engine.state import State
from tests.store.given import Shelf

ADD = "INSERT INTO revision (topic, value) VALUES (?, ?)"


def add(topic: str, value: int = 1):
    def work(connection: sqlite.Connection) -> int:
        connection.execute(ADD, (topic, value))
        return connection.changes()

    return work


def journal(transaction: Transaction, command: str, at: int = 1) -> None:
    """Hand over a row for the end of the batch."""
    transaction.rows.add(Held(1, State(Shelf().process)), [], at, "kermit", command)


def topics(store: Store) -> list[str]:
    rows = store.read().execute("SELECT topic FROM revision ORDER BY topic")
    return [topic for (topic,) in rows]


class Gate:
    """A command that holds the writer until it is opened, so that others gather behind it."""

    def __init__(self, store: Store) -> None:
        self._open, self._entered = threading.Event(), threading.Event()
        self.pending = store.change(self._wait)
        self._entered.wait(10)

    def _wait(self, _: Transaction) -> None:
        self._entered.set()
        self._open.wait(10)

    def open(self) -> None:
        self._open.set()
        self.pending.result(10)


def commits(store: Store) -> list[str]:
    """Watch the writer's connection: each COMMIT that it runs is added to the list."""
    seen: list[str] = []

    def ran(_: object, sql: str, __: object) -> bool:
        if sql == "COMMIT":
            seen.append(sql)
        return True

    store._database.connection().set_exec_trace(ran)
    return seen


def test_a_result_is_there_when_it_is_stored(store):
    assert store.write(add("a")).result(10) == 1
    assert topics(store) == ["a"]


def test_a_result_can_be_awaited(store):
    async def main() -> list[int]:
        pending = [store.write(add(f"t{number}")) for number in range(100)]
        return [await each for each in pending]

    assert asyncio.run(main()) == [1] * 100
    assert len(topics(store)) == 100


def test_a_settled_result_can_be_awaited_again(store):
    pending = store.write(add("a"))
    pending.result(10)

    async def main() -> int:
        return await pending + await pending

    assert asyncio.run(main()) == 2


def test_a_thread_with_an_event_loop_may_wait_in_place(store):
    async def main() -> int:
        return store.write(add("a")).result(10)

    assert asyncio.run(main()) == 1


def test_what_an_event_loop_asked_for_is_refused_when_the_store_closes_first(store):
    async def main() -> None:
        pending = store.write(add("a"))
        store.close()
        with pytest.raises(ShuttingDown):
            await pending

    asyncio.run(main())


def test_a_caller_that_gave_up_waiting_harms_nobody(store):
    gate = Gate(store)

    async def main() -> None:
        async def ask() -> int:
            return await store.write(add("a"))

        task = asyncio.ensure_future(ask())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gate.open()
        await store.write(add("b"))

    asyncio.run(main())
    assert topics(store) == ["a", "b"]


def test_waiting_has_an_end(store):
    gate = Gate(store)
    with pytest.raises(TimeoutError):
        store.write(add("a")).result(0.001)
    gate.open()


def test_what_waits_is_committed_together(store):
    gate = Gate(store)
    seen = commits(store)
    pending = [store.write(add(f"t{number}")) for number in range(50)]
    gate.open()
    assert [each.result(10) for each in pending] == [1] * 50
    assert len(seen) == 1


def test_one_that_fails_is_undone_alone(store):
    def half(connection: sqlite.Connection) -> None:
        connection.execute(ADD, ("half", 1))
        raise ValueError("no")

    gate = Gate(store)
    before, failing, after = store.write(add("a")), store.write(half), store.write(add("b"))
    gate.open()
    assert (before.result(10), after.result(10)) == (1, 1)
    with pytest.raises(ValueError, match="no"):
        failing.result(10)
    assert topics(store) == ["a", "b"]


def test_a_violated_rule_is_told_to_who_violated_it(store):
    store.write(add("a")).result(10)
    with pytest.raises(sqlite.ConstraintError):
        store.write(add("a")).result(10)
    assert store.write(add("b")).result(10) == 1


def test_commands_run_in_the_order_they_were_given(store):
    gate = Gate(store)
    seen: list[int] = []
    pending = [store.change(lambda _, number=number: seen.append(number)) for number in range(1000)]
    gate.open()
    for each in pending:
        each.result(10)
    assert seen == sorted(seen)
    assert len(seen) == 1000


def behind(store: Store, seen: list[str], name: str) -> Pending[None]:
    return store._writer.submit_behind(lambda _: seen.append(name))


def test_callers_go_before_what_nobody_waits_for(store):
    seen: list[str] = []
    gate = Gate(store)
    many = [behind(store, seen, f"behind {number}") for number in range(3)]
    calls = [store.change(lambda _, name=name: seen.append(name)) for name in ("first", "second")]
    gate.open()
    for each in (*many, *calls):
        each.result(10)
    assert seen == ["first", "second", "behind 0", "behind 1", "behind 2"]


def test_a_caller_is_answered_before_the_rest_of_what_is_behind(store):
    calls: list[Pending[int]] = []
    answered: list[bool] = []
    gate = Gate(store)
    first = store._writer.submit_behind(lambda _: calls.append(store.write(add("call"))))
    rest = [
        store._writer.submit_behind(lambda _: answered.append(calls[0].settled)) for _ in range(3)
    ]
    gate.open()
    for each in (first, *rest):
        each.result(10)
    assert answered == [True, True, True]


def test_a_busy_server_comes_to_what_is_behind(store):
    seen: list[str] = []
    left = 3

    def again(_: Transaction) -> None:
        """There is always somebody who calls."""
        if left > len(seen):
            store.change(again)

    gate = Gate(store)
    store.change(again)
    many = [behind(store, seen, f"behind {number}") for number in range(left)]
    gate.open()
    for each in many:
        each.result(10)
    assert len(seen) == left


def test_who_comes_in_the_moment_of_the_end_is_turned_away(path, monkeypatch):
    store = Store(path)
    store.start()
    line = store._writer._line
    put = line.put

    def late(item) -> None:
        store.close()
        put(item)

    monkeypatch.setattr(line, "put", late)
    pending = store.write(add("late"))
    with pytest.raises(ShuttingDown):
        pending.result(0)


def test_what_is_behind_at_the_end_is_stored(path):
    store = Store(path)
    store.start()
    seen: list[str] = []
    gate = Gate(store)
    many = [behind(store, seen, "behind") for _ in range(10)]
    threading.Timer(0, gate.open).start()
    store.close()
    for each in many:
        each.result(0)
    assert len(seen) == 10
    with pytest.raises(ShuttingDown):
        behind(store, seen, "late")


def test_too_many_behind_are_refused_too(store, monkeypatch):
    monkeypatch.setattr(writer_module, "QUEUE_COMMANDS", 4)
    gate = Gate(store)
    seen: list[str] = []
    many = [behind(store, seen, "behind") for _ in range(4)]
    with pytest.raises(Overloaded):
        behind(store, seen, "more")
    gate.open()
    for each in many:
        each.result(10)
    assert len(seen) == 4


def test_what_follows_a_commit_comes_after_it_and_before_the_answer(store):
    seen: list[list[str]] = []

    def work(transaction: Transaction) -> None:
        with transaction.savepoint() as connection:
            connection.execute(ADD, ("a", 1))
        transaction.after.append(lambda: seen.append(topics(store)))

    store.change(work).result(10)
    assert seen == [["a"]]


def test_what_would_follow_a_failed_command_does_not(store):
    seen: list[str] = []

    def work(transaction: Transaction) -> None:
        transaction.after.append(lambda: seen.append("told"))
        raise LookupError

    with pytest.raises(LookupError):
        store.change(work).result(10)
    store.write(add("a")).result(10)
    assert seen == []


def test_a_listener_that_fails_harms_nobody(store):
    def work(transaction: Transaction) -> str:
        transaction.after.append(lambda: 1 / 0)
        return "done"

    assert store.change(work).result(10) == "done"
    assert store.write(add("a")).result(10) == 1


def test_a_batch_that_cannot_be_written_is_tried_again_one_by_one(store):
    def poison(transaction: Transaction) -> None:
        journal(transaction, "poison", at=10**30)  # no SQLite integer

    gate = Gate(store)
    before, poisoned, after = store.write(add("a")), store.change(poison), store.write(add("b"))
    gate.open()
    assert (before.result(10), after.result(10)) == (1, 1)
    with pytest.raises(OverflowError):
        poisoned.result(10)
    assert topics(store) == ["a", "b"]


def test_too_many_waiting_are_refused_at_once(store, monkeypatch):
    monkeypatch.setattr(writer_module, "QUEUE_COMMANDS", 3)
    gate = Gate(store)
    pending = [store.write(add(f"t{number}")) for number in range(3)]
    with pytest.raises(Overloaded) as refused:
        store.write(add("more"))
    assert refused.value.retry_after >= 1
    gate.open()
    assert [each.result(10) for each in pending] == [1, 1, 1]
    assert store.write(add("later")).result(10) == 1


def test_what_waits_at_the_end_is_stored(path):
    store = Store(path)
    store.start()
    gate = Gate(store)
    pending = [store.write(add(f"t{number}")) for number in range(10)]
    threading.Timer(0, gate.open).start()
    store.close()
    assert [each.result(0) for each in pending] == [1] * 10
    with pytest.raises(ShuttingDown):
        store.write(add("late"))
    again = Store(path)
    assert len(topics(again)) == 10
    again.close()


def test_closing_twice_is_harmless(path):
    store = Store(path)
    store.close()
    store.close()


# --- ids


def test_ids_count_on_from_one(store):
    assert [store.change(lambda t: t.new_id()).result(10) for _ in range(3)] == [1, 2, 3]


def test_a_clean_stop_skips_no_id(path):
    for expected in (1, 2, 3):
        store = Store(path)
        assert store.change(lambda t: t.new_id()).result(10) == expected
        store.close()


def test_ids_of_a_block_that_was_undone_are_not_given_twice(store):
    kept: list[int] = []

    def fails_after_taking_a_block(transaction: Transaction) -> None:
        with transaction.savepoint():
            for _ in range(1500):
                transaction.new_id()
            raise LookupError

    kept.append(store.change(lambda t: t.new_id()).result(10))
    with pytest.raises(LookupError):
        store.change(fails_after_taking_a_block).result(10)
    kept += [store.change(lambda t: t.new_id()).result(10) for _ in range(1200)]
    assert len(set(kept)) == len(kept)
    [(stored,)] = store.read().execute("SELECT next FROM sequence")
    assert stored > max(kept)


def test_ids_that_a_refused_batch_took_are_below_the_stored_number_again(store):
    gate = Gate(store)
    failing = store.change(lambda t: (t.new_id(), journal(t, "x", at=10**30)))
    fine = store.change(lambda t: t.new_id())
    gate.open()
    with pytest.raises(OverflowError):
        failing.result(10)
    given = [fine.result(10), store.change(lambda t: t.new_id()).result(10)]
    assert len(set(given)) == 2
    [(stored,)] = store.read().execute("SELECT next FROM sequence")
    assert stored > max(given)


# --- a full disk


def fill(connection: sqlite.Connection) -> None:
    for number in range(200):
        connection.execute(ADD, (f"{'x' * 4000}{number}", 1))


def limit_pages(store: Store, *, spare: int) -> None:
    """Let the database grow by so many pages and no more: SQLITE_FULL without filling a disk."""

    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + spare}").fetchone()

    store.change(work).result(10)


def test_a_full_disk_refuses_clearly_and_the_store_goes_on(store):
    store.write(add("before")).result(10)
    limit_pages(store, spare=3)
    with pytest.raises(StorageFull, match="Nothing was changed"):
        store.write(fill).result(10)
    assert topics(store) == ["before"]
    assert store.write(add("small")).result(10) == 1
    limit_pages(store, spare=10_000)
    store.write(fill).result(10)
    assert len(topics(store)) == 202


def test_a_full_disk_refuses_a_whole_batch_of_rows(store):
    limit_pages(store, spare=3)
    gate = Gate(store)
    pending = [store.change(lambda t: journal(t, "x" * 4000)) for _ in range(50)]
    gate._open.set()
    refused = []
    for each in (gate.pending, *pending):
        with pytest.raises(StorageFull) as caught:
            each.result(10)
        refused.append(caught.value)
    assert len({id(each) for each in refused}) == 51
    assert store.read().execute("SELECT count(*) FROM journal").fetchone() == (0,)
    limit_pages(store, spare=10_000)
    store.change(lambda t: journal(t, "fine")).result(10)
    assert store.read().execute("SELECT count(*) FROM journal").fetchone() == (1,)


def test_another_program_that_holds_the_database_is_waited_for_or_named(path):
    store = Store(path, busy_timeout=0.05)
    other = sqlite.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Overloaded, match="Another program"):
        store.write(add("a")).result(10)
    other.execute("ROLLBACK")
    assert store.write(add("a")).result(10) == 1
    other.close()
    store.close()


# --- readers


def test_readers_cannot_write(store):
    with pytest.raises(sqlite.ReadOnlyError):
        store.read().execute(ADD, ("a", 1))


def test_each_thread_reads_by_itself(store):
    store.write(add("a")).result(10)
    found: list[tuple] = []

    def look() -> None:
        found.append((store.read() is store.read(), topics(store), store.read()))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    same, seen, connection = found[0]
    assert same
    assert seen == ["a"]
    assert connection is not store.read()
