"""Version 5: the audit log, retention, the growth of the store."""

SQL = """
CREATE TABLE audit (id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL, action
    TEXT NOT NULL, subject TEXT NOT NULL, detail BLOB NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_by ON audit (by);
CREATE INDEX audit_action ON audit (action);
CREATE INDEX audit_subject ON audit (subject);
CREATE TABLE retention (process TEXT NOT NULL PRIMARY KEY, days INTEGER NOT NULL) STRICT;
CREATE TABLE size (day INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, database INTEGER NOT
    NULL, files INTEGER NOT NULL) STRICT;
"""
