"""Version 1: definitions, instances and all that belongs to them."""

SQL = """
CREATE TABLE activity (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, instance INTEGER
    NOT NULL, node TEXT NOT NULL, scope INTEGER NOT NULL, flow TEXT, loop INTEGER, total INTEGER,
    begun INTEGER, completed INTEGER, started INTEGER NOT NULL, ended INTEGER, how INTEGER)
    STRICT;
CREATE INDEX activity_root_ended ON activity (root, ended);
CREATE TABLE definition (id INTEGER NOT NULL PRIMARY KEY, key TEXT NOT NULL, version INTEGER NOT
    NULL, deployment INTEGER NOT NULL, resource TEXT NOT NULL, name TEXT, description TEXT,
    has_start_form INTEGER NOT NULL, suspended INTEGER NOT NULL, digest BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX definition_key_version ON definition (key, version);
CREATE TABLE deployment (id INTEGER NOT NULL PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL)
    STRICT;
CREATE TABLE file (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, instance INTEGER NOT
    NULL, task INTEGER, field TEXT, stored TEXT NOT NULL, original TEXT NOT NULL, content_type
    TEXT NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX file_stored ON file (stored);
CREATE INDEX file_instance ON file (instance);
CREATE INDEX file_root ON file (root);
CREATE TABLE form (id INTEGER NOT NULL PRIMARY KEY, key TEXT NOT NULL, deployment INTEGER NOT
    NULL, resource TEXT NOT NULL, digest BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX form_key_id ON form (key, id);
CREATE INDEX form_deployment ON form (deployment, key);
CREATE TABLE inbox (kind INTEGER NOT NULL, who TEXT NOT NULL, task INTEGER NOT NULL, due INTEGER,
    priority INTEGER NOT NULL, name TEXT, definition INTEGER NOT NULL, shared INTEGER NOT NULL,
    PRIMARY KEY (kind, who, task)) STRICT, WITHOUT ROWID;
CREATE TABLE incident (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, token INTEGER NOT
    NULL, node TEXT NOT NULL, job INTEGER, at INTEGER NOT NULL, message TEXT NOT NULL, detail
    TEXT, resolved INTEGER, resolved_by TEXT) STRICT;
CREATE INDEX incident_root ON incident (root);
CREATE INDEX incident_open ON incident (at) WHERE (resolved IS NULL);
CREATE TABLE instance (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, parent INTEGER,
    caller INTEGER, definition INTEGER NOT NULL, business_key TEXT, name TEXT, by TEXT, started
    INTEGER NOT NULL, suspended INTEGER NOT NULL, ended INTEGER, status TEXT, reason TEXT) STRICT;
CREATE INDEX instance_definition ON instance (definition);
CREATE INDEX instance_live ON instance (definition) WHERE (ended IS NULL);
CREATE INDEX instance_suspended ON instance (definition) WHERE suspended = 1;
CREATE INDEX instance_failed ON instance (status) WHERE status IN ('TERMINATED', 'FAILED');
CREATE INDEX instance_called ON instance (root) WHERE (parent IS NOT NULL);
CREATE INDEX instance_business_key ON instance (business_key) WHERE (business_key IS NOT NULL);
CREATE INDEX instance_by ON instance (by) WHERE parent IS NULL AND substr(by, 1, 4) <> 'api:';
CREATE TABLE job (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, token INTEGER NOT NULL,
    node TEXT NOT NULL, kind TEXT NOT NULL, due INTEGER, retries INTEGER NOT NULL, cycle TEXT,
    topic TEXT, steps INTEGER NOT NULL, error TEXT, worker TEXT, locked_until INTEGER, remaining
    INTEGER) STRICT;
CREATE INDEX job_root ON job (root);
CREATE INDEX job_due ON job (due) WHERE (due IS NOT NULL);
CREATE INDEX job_topic ON job (topic) WHERE (topic IS NOT NULL);
CREATE TABLE journal (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, at INTEGER NOT NULL,
    by TEXT NOT NULL, command TEXT NOT NULL, events BLOB NOT NULL) STRICT;
CREATE INDEX journal_root ON journal (root);
CREATE TABLE log_line (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, token INTEGER NOT
    NULL, at INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX log_line_root ON log_line (root);
CREATE TABLE resource (deployment INTEGER NOT NULL, name TEXT NOT NULL, digest BLOB NOT NULL,
    content BLOB NOT NULL, PRIMARY KEY (deployment, name)) STRICT;
CREATE TABLE sequence (id INTEGER NOT NULL PRIMARY KEY, next INTEGER NOT NULL) STRICT;
CREATE TABLE start_trigger (id INTEGER NOT NULL PRIMARY KEY, definition INTEGER NOT NULL, node
    TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, due INTEGER, cycle TEXT) STRICT;
CREATE INDEX start_trigger_definition ON start_trigger (definition);
CREATE INDEX start_trigger_name ON start_trigger (kind, name);
CREATE INDEX start_trigger_due ON start_trigger (due) WHERE (due IS NOT NULL);
CREATE TABLE subscription (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, token INTEGER
    NOT NULL, node TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, data BLOB) STRICT;
CREATE INDEX subscription_root ON subscription (root);
CREATE INDEX subscription_name ON subscription (name, kind) WHERE (name IS NOT NULL);
CREATE TABLE task (id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, instance INTEGER NOT
    NULL, definition INTEGER NOT NULL, node TEXT NOT NULL, name TEXT, assignee TEXT, owner TEXT,
    priority INTEGER NOT NULL, due INTEGER, form_key TEXT, category TEXT, description TEXT,
    candidate_users BLOB, candidate_groups BLOB, delegation TEXT, created INTEGER NOT NULL,
    claimed INTEGER, ended INTEGER, completed_by TEXT, outcome TEXT) STRICT;
CREATE INDEX task_live ON task (root) WHERE (ended IS NULL);
CREATE INDEX task_done ON task (completed_by, ended) WHERE (completed_by IS NOT NULL);
CREATE TABLE variable (scope INTEGER NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY
    KEY (scope, name)) STRICT, WITHOUT ROWID;
INSERT INTO sequence (id, next) VALUES (1, 1);
"""
