"""The write-ahead log: it is moved into the database, and it does not grow without end."""

from appliance.store import connections
from appliance.store import writer as writer_module
from appliance.store.store import Store
from tests.store.test_writer import add


def test_the_log_does_not_grow_without_end(store, path, monkeypatch):
    monkeypatch.setattr(writer_module, "WAL_PAGES", 100)
    store.write(add("counter", 0)).result(10)
    add_one = "UPDATE revision SET value = value + 1 WHERE topic = 'counter'"
    for _ in range(500):
        store.write(lambda connection: connection.execute(add_one)).result(10)
    assert path.with_name("workingflow.db-wal").stat().st_size < 400 * 4096
    assert store.read().execute("SELECT value FROM revision").fetchall() == [(500,)]


def test_the_log_is_moved_into_the_database(store, path):
    for number in range(100):
        store.write(add(f"{'x' * 1000}{number}")).result(10)
    store._writer._checkpoint()
    pages = store.read().execute("PRAGMA page_count").fetchone()[0]
    assert path.stat().st_size == pages * 4096


def test_the_log_shrinks_after_a_long_read(path, monkeypatch):
    limit = 200 * 4096
    monkeypatch.setitem(connections._WRITER, "journal_size_limit", limit)
    store = Store(path)
    reading = store.read().execute("SELECT * FROM sequence")
    next(reading)  # a snapshot: what is written from here on has to stay in the log
    for number in range(300):
        store.write(add(f"{'x' * 4000}{number}")).result(10)
    store._writer._checkpoint()
    log = path.with_name("workingflow.db-wal")
    assert log.stat().st_size > limit
    reading.close()
    for topic in ("first", "second"):
        store._writer._checkpoint()
        store.write(add(topic)).result(10)
    assert log.stat().st_size <= limit
    store.close()
