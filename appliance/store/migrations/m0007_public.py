"""Version 7: processes that everybody may start by a link."""

SQL = """
CREATE TABLE public_start (process TEXT NOT NULL PRIMARY KEY, nonce TEXT NOT NULL, made INTEGER
    NOT NULL, made_by TEXT NOT NULL, expires INTEGER) STRICT;
"""
