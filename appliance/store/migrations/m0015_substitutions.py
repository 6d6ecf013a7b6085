"""Version 15: who stands in for whom while they are away."""

SQL = """
CREATE TABLE substitution (id INTEGER NOT NULL PRIMARY KEY, absent TEXT NOT NULL, substitute TEXT
    NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, processes TEXT, FOREIGN KEY (absent)
    REFERENCES user_account (name) ON DELETE CASCADE, FOREIGN KEY (substitute) REFERENCES
    user_account (name) ON DELETE CASCADE) STRICT;
CREATE INDEX substitution_absent_until ON substitution (absent, until);
CREATE INDEX substitution_substitute_until ON substitution (substitute, until);
"""
