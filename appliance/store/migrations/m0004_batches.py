"""Version 4: the same done to many instances; failing jobs and due tasks by index."""

SQL = """
CREATE TABLE batch (id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL, what
    TEXT NOT NULL, given BLOB NOT NULL, finished INTEGER) STRICT;
CREATE INDEX batch_at_work ON batch (id) WHERE (finished IS NULL);
CREATE TABLE batch_item (batch INTEGER NOT NULL, subject INTEGER NOT NULL, outcome TEXT, reason
    TEXT, PRIMARY KEY (batch, subject)) STRICT, WITHOUT ROWID;
CREATE INDEX batch_item_batch_outcome ON batch_item (batch, outcome);
CREATE INDEX job_failing ON job (id) WHERE (error IS NOT NULL);
CREATE INDEX task_due ON task (due) WHERE "ended" IS NULL AND "due" IS NOT NULL;
"""
