"""Version 2: people, groups, sessions, API keys."""

SQL = """
CREATE TABLE api_key (id INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL,
    prefix TEXT NOT NULL, hash BLOB NOT NULL, active INTEGER NOT NULL, created INTEGER NOT NULL,
    created_by TEXT NOT NULL, expires INTEGER, last_used INTEGER) STRICT;
CREATE UNIQUE INDEX api_key_folded ON api_key (folded);
CREATE INDEX api_key_prefix ON api_key (prefix);
CREATE TABLE membership (user_name TEXT NOT NULL, group_name TEXT NOT NULL, PRIMARY KEY
    (user_name, group_name), FOREIGN KEY (user_name) REFERENCES user_account (name) ON DELETE
    CASCADE, FOREIGN KEY (group_name) REFERENCES user_group (name) ON DELETE CASCADE) STRICT;
CREATE INDEX membership_group_name ON membership (group_name);
CREATE INDEX membership_user_name ON membership (user_name);
CREATE TABLE one_time_token (hash BLOB NOT NULL PRIMARY KEY, purpose TEXT NOT NULL, expires
    INTEGER NOT NULL) STRICT;
CREATE TABLE revision (topic TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE session (id INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL, user_name TEXT NOT
    NULL, created INTEGER NOT NULL, seen INTEGER NOT NULL, address TEXT NOT NULL, agent TEXT NOT
    NULL, FOREIGN KEY (user_name) REFERENCES user_account (name) ON DELETE CASCADE) STRICT;
CREATE UNIQUE INDEX session_hash ON session (hash);
CREATE INDEX session_seen ON session (seen);
CREATE INDEX session_user_name ON session (user_name);
CREATE TABLE user_account (name TEXT NOT NULL PRIMARY KEY, folded TEXT NOT NULL, password TEXT
    NOT NULL, display_name TEXT NOT NULL, email TEXT NOT NULL, admin INTEGER NOT NULL, active
    INTEGER NOT NULL, language TEXT NOT NULL, zone TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX user_account_folded ON user_account (folded);
CREATE TABLE user_group (name TEXT NOT NULL PRIMARY KEY, folded TEXT NOT NULL, title TEXT NOT
    NULL, created INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX user_group_folded ON user_group (folded);
"""
