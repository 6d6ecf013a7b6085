"""Version 11: what was typed into forms and not sent."""

SQL = """
CREATE TABLE unsent (user_name TEXT NOT NULL, task INTEGER NOT NULL, at INTEGER NOT NULL, pairs BLOB
    NOT NULL, PRIMARY KEY (user_name, task), FOREIGN KEY (user_name) REFERENCES user_account (name)
    ON DELETE CASCADE) STRICT;
CREATE INDEX unsent_at ON unsent (at);
CREATE INDEX unsent_user_name ON unsent (user_name);
"""
