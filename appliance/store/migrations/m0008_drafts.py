"""Version 8: drafts of models."""

SQL = """
CREATE TABLE draft (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, process TEXT NOT NULL, base
    INTEGER, content BLOB NOT NULL, revision INTEGER NOT NULL, owner TEXT NOT NULL, created INTEGER
    NOT NULL, changed INTEGER NOT NULL, changed_by TEXT NOT NULL) STRICT;
CREATE INDEX draft_process ON draft (process);
"""
