"""Version 6: filters of the inbox that people keep."""

SQL = """
CREATE TABLE saved_filter (id INTEGER NOT NULL PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL,
    query TEXT NOT NULL, shared INTEGER NOT NULL, FOREIGN KEY (owner) REFERENCES user_account (name)
    ON DELETE CASCADE) STRICT;
CREATE UNIQUE INDEX saved_filter_owner_name ON saved_filter (owner, name);
CREATE INDEX saved_filter_owner ON saved_filter (owner);
"""
