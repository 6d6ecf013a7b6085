"""Version 21: an inbox repeats what the case of a task is called, for a search to read."""

SQL = """
ALTER TABLE inbox ADD COLUMN about TEXT;
UPDATE inbox SET about = (
    SELECT nullif(concat_ws(char(10), i.name, i.business_key), '')
    FROM task t JOIN instance i ON i.id = t.instance WHERE t.id = inbox.task
);
"""
