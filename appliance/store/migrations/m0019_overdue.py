"""Version 19: what is late in an inbox is found without looking at the rest of it."""

SQL = """
CREATE INDEX inbox_due ON inbox (kind, who, due, shared) WHERE (due IS NOT NULL);
"""
