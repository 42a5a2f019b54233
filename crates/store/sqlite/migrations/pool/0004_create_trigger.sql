-- What turns posted text into contexts: by a pattern, or by a dictionary as CSV. The columns of the other are NULL.
CREATE TABLE trigger (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    enabled INTEGER NOT NULL,
    context_type TEXT NOT NULL,
    pattern TEXT,
    id_field TEXT,
    match_case INTEGER,
    whole_words INTEGER,
    before TEXT,
    after TEXT,
    words TEXT,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
