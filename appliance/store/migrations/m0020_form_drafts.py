"""Version 20: forms that somebody edits."""

SQL = """
CREATE TABLE form_draft (form TEXT NOT NULL, user_name TEXT NOT NULL, version INTEGER NOT NULL,
    revision INTEGER NOT NULL, changed INTEGER NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (form, user_name), FOREIGN KEY (user_name) REFERENCES user_account (name)
    ON DELETE CASCADE) STRICT;
CREATE INDEX form_draft_user_name ON form_draft (user_name);
"""
