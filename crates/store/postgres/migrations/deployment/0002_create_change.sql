-- The version of the latest change of each thing that nodes keep in memory; the highest is that of the last change.
CREATE TABLE change (
    kind TEXT COLLATE "C" NOT NULL,
    id BYTEA NOT NULL,
    owner UUID,
    version BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);

CREATE INDEX change_version ON change (version);
