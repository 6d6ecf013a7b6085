"""Version 14: processes that are kept for viewing only."""

SQL = """
ALTER TABLE definition ADD COLUMN executable INTEGER NOT NULL DEFAULT 1;
"""
