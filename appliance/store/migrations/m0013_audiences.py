"""Version 13: who may start a process and who is told of its incidents; notices of incidents."""

SQL = """
CREATE TABLE audience (purpose TEXT NOT NULL, process TEXT NOT NULL, usual INTEGER NOT NULL, users
    TEXT NOT NULL, groups TEXT NOT NULL, PRIMARY KEY (purpose, process)) STRICT;
ALTER TABLE notice ADD COLUMN incident INTEGER;
ALTER TABLE notice ADD COLUMN process TEXT;
ALTER TABLE notice ADD COLUMN node TEXT;
CREATE INDEX notice_stopped ON notice (process, node, user_name) WHERE ((read IS NULL) AND (process
    IS NOT NULL));
"""
