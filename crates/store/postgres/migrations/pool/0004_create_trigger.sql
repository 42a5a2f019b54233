-- What turns posted text into contexts: by a pattern, or by a dictionary as CSV. The columns of the other are NULL.
CREATE TABLE trigger (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    enabled BOOLEAN NOT NULL,
    context_type TEXT NOT NULL,
    pattern TEXT,
    id_field TEXT,
    match_case BOOLEAN,
    whole_words BOOLEAN,
    before TEXT,
    after TEXT,
    words TEXT,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
