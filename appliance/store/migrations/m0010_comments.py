"""Version 10: comments, and notices of what concerns a person."""

SQL = """
CREATE TABLE comment (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, task INTEGER, at
    INTEGER NOT NULL, by TEXT NOT NULL, text TEXT NOT NULL, mentions BLOB NOT NULL) STRICT;
CREATE INDEX comment_root ON comment (root);
CREATE TABLE participant (root INTEGER NOT NULL, user_name TEXT NOT NULL, PRIMARY KEY (root,
    user_name)) STRICT, WITHOUT ROWID;
CREATE TABLE notice (id INTEGER NOT NULL PRIMARY KEY, user_name TEXT NOT NULL, kind TEXT NOT NULL,
    at INTEGER NOT NULL, by TEXT NOT NULL, root INTEGER NOT NULL, task INTEGER, text TEXT NOT NULL,
    read INTEGER) STRICT;
CREATE INDEX notice_user_name_id ON notice (user_name, id);
CREATE INDEX notice_root ON notice (root);
CREATE INDEX notice_at ON notice (at);
CREATE INDEX notice_unread ON notice (user_name, task) WHERE (read IS NULL);
CREATE TABLE muted (user_name TEXT NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (user_name, kind),
    FOREIGN KEY (user_name) REFERENCES user_account (name) ON DELETE CASCADE) STRICT;
CREATE INDEX muted_user_name ON muted (user_name);
"""
