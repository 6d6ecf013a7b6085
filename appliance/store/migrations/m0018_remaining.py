"""Version 18: how much time is left to the tasks of a suspended instance."""

SQL = """
ALTER TABLE task ADD COLUMN remaining INTEGER;
"""
