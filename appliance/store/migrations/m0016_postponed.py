"""Version 16: signals that are told to everybody by a job of their own."""

SQL = """
CREATE TABLE postponed (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, variables BLOB NOT
    NULL, root INTEGER, due INTEGER NOT NULL) STRICT;
CREATE INDEX postponed_due ON postponed (due);
"""
