-- What was seen of an add-in's page, and until when somebody looks at it.
CREATE TABLE addin_health (
    addin UUID NOT NULL PRIMARY KEY REFERENCES addin (id) ON DELETE CASCADE,
    due_at BIGINT NOT NULL,
    held_until BIGINT NOT NULL,
    seen_at BIGINT,
    url TEXT,
    observation TEXT
);
