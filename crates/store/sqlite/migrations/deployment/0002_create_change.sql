-- The version of the latest change of each thing that nodes keep in memory; the highest is that of the last change.
CREATE TABLE change (
    kind TEXT NOT NULL,
    id BLOB NOT NULL,
    owner BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX change_version ON change (version);
