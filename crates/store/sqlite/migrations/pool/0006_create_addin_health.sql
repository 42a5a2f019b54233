-- What was seen of an add-in's page, and until when somebody looks at it.
CREATE TABLE addin_health (
    addin BLOB NOT NULL PRIMARY KEY REFERENCES addin (id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    held_until INTEGER NOT NULL,
    seen_at INTEGER,
    url TEXT,
    observation TEXT
) STRICT, WITHOUT ROWID;
