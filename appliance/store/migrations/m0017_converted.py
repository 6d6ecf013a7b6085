"""Version 17: what became of the words of another dialect when a draft began."""

SQL = """
ALTER TABLE draft ADD COLUMN converted TEXT NOT NULL DEFAULT '[]';
"""
