"""Version 3: running instances that are moved to other versions of their process."""

SQL = """
CREATE TABLE move (id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL, reason
    TEXT, source INTEGER NOT NULL, target INTEGER NOT NULL, mapping BLOB NOT NULL, undoes INTEGER,
    finished INTEGER) STRICT;
CREATE INDEX move_source ON move (source);
CREATE INDEX move_target ON move (target);
CREATE INDEX move_at_work ON move (id) WHERE (finished IS NULL);
CREATE TABLE moved (move INTEGER NOT NULL, instance INTEGER NOT NULL, outcome TEXT, reason TEXT,
    PRIMARY KEY (move, instance)) STRICT, WITHOUT ROWID;
CREATE INDEX moved_move_outcome ON moved (move, outcome);
"""
