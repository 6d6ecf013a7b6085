"""Version 12: codes of an authenticator app as a second factor."""

SQL = """
CREATE TABLE second_factor (user_name TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL, since
    INTEGER, used INTEGER NOT NULL, FOREIGN KEY (user_name) REFERENCES user_account (name) ON DELETE
    CASCADE) STRICT;
CREATE TABLE recovery_code (user_name TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (user_name,
    hash), FOREIGN KEY (user_name) REFERENCES user_account (name) ON DELETE CASCADE) STRICT;
CREATE INDEX recovery_code_user_name ON recovery_code (user_name);
"""
