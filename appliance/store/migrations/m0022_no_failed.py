"""Version 22: no instance is looked for by how it ended."""

SQL = """
DROP INDEX instance_failed;
"""
