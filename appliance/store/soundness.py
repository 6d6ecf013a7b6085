"""What must hold between the tables, whatever happened: each rule finds the rows that break it."""

from __future__ import annotations

from appliance.store import sqlite

RULES: dict[str, str] = {
    "a live activity of an instance that has ended": """
        SELECT a.id FROM activity a JOIN instance i ON i.id = a.instance
        WHERE a.ended IS NULL AND i.ended IS NOT NULL""",
    "an activity without its instance": """
        SELECT id FROM activity WHERE instance NOT IN (SELECT id FROM instance)
        OR root NOT IN (SELECT id FROM instance)""",
    "an open task whose activity is over": """
        SELECT t.id FROM task t LEFT JOIN activity a ON a.id = t.id
        WHERE t.ended IS NULL AND (a.id IS NULL OR a.ended IS NOT NULL)""",
    "a job of a token that is not live": """
        SELECT j.id FROM job j WHERE j.token NOT IN (
            SELECT id FROM activity WHERE ended IS NULL
            UNION ALL SELECT id FROM instance WHERE ended IS NULL)""",
    "a subscription of a token that is not live": """
        SELECT s.id FROM subscription s WHERE s.token NOT IN (
            SELECT id FROM activity WHERE ended IS NULL
            UNION ALL SELECT id FROM instance WHERE ended IS NULL)""",
    "an open incident of a token that is not live": """
        SELECT n.id FROM incident n WHERE n.resolved IS NULL AND n.token NOT IN (
            SELECT id FROM activity WHERE ended IS NULL
            UNION ALL SELECT id FROM instance WHERE ended IS NULL)""",
    "a live called instance whose caller is not live": """
        SELECT i.id FROM instance i WHERE i.parent IS NOT NULL AND i.ended IS NULL
        AND i.caller NOT IN (SELECT id FROM activity WHERE ended IS NULL)""",
    "an instance that ended without a status, or has one and is live": """
        SELECT id FROM instance WHERE (ended IS NULL) <> (status IS NULL)""",
    "a task in an inbox where it does not belong": """
        SELECT b.task FROM inbox b LEFT JOIN task t ON t.id = b.task
        LEFT JOIN instance i ON i.id = t.instance WHERE t.id IS NULL
        OR nullif(concat_ws(char(10), i.name, i.business_key), '') IS NOT b.about
        OR t.ended IS NOT NULL OR t.priority <> b.priority OR t.due IS NOT b.due
        OR t.name IS NOT b.name OR t.definition <> b.definition
        OR b.shared <> ((SELECT count(*) FROM inbox o WHERE o.task = t.id) > 1)
        OR CASE b.kind WHEN 0 THEN t.assignee IS NOT b.who ELSE t.assignee IS NOT NULL END""",
    "a task that is missing in an inbox": """
        SELECT t.id FROM task t WHERE t.ended IS NULL AND (
        (t.assignee IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM inbox b WHERE b.kind = 0 AND b.who = t.assignee AND b.task = t.id))
        OR (t.assignee IS NULL AND (
            SELECT count(DISTINCT value) FROM json_each(CAST(t.candidate_users AS TEXT))) <>
            (SELECT count(*) FROM inbox b WHERE b.kind = 1 AND b.task = t.id))
        OR (t.assignee IS NULL AND (
            SELECT count(DISTINCT value) FROM json_each(CAST(t.candidate_groups AS TEXT))) <>
            (SELECT count(*) FROM inbox b WHERE b.kind = 2 AND b.task = t.id)))""",
    "an id that is not below the next free one": """
        SELECT id FROM (SELECT max(id) AS id FROM instance UNION ALL SELECT max(id) FROM activity
        UNION ALL SELECT max(id) FROM job UNION ALL SELECT max(id) FROM subscription
        UNION ALL SELECT max(id) FROM incident UNION ALL SELECT max(id) FROM file
        UNION ALL SELECT max(id) FROM definition UNION ALL SELECT max(id) FROM deployment)
        WHERE id >= (SELECT next FROM sequence)""",
    "a journal without its instance": """
        SELECT id FROM journal WHERE root NOT IN (SELECT id FROM instance)""",
    "a file without its instance": """
        SELECT id FROM file WHERE instance NOT IN (SELECT id FROM instance)""",
}
"""By what each would mean: a query for the ids of the rows that are wrong."""


def damage(connection: sqlite.Connection) -> list[str]:
    """What SQLite itself finds wrong with the file; empty when all is well. Reads everything."""
    found = [text for (text,) in connection.execute("PRAGMA integrity_check(10)")]
    broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    references = [f"{table} {id} refers to no {other}" for table, id, other, _ in broken[:10]]
    return [text for text in found if text != "ok"] + references


def unsound(connection: sqlite.Connection) -> list[str]:
    """Every rule that is broken, with the first ids; empty when all is well. Reads everything."""
    found: list[str] = []
    for rule, sql in RULES.items():
        ids = [str(id) for (id,) in connection.execute(f"{sql} LIMIT 10")]
        if ids:
            found.append(f"{rule}: {', '.join(ids)}")
    return found
