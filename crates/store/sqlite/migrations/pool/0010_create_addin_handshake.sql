-- How people fared with an add-in's page the last time they opened it.
CREATE TABLE addin_handshake (
    addin BLOB NOT NULL REFERENCES addin (id) ON DELETE CASCADE,
    person BLOB NOT NULL,
    at INTEGER NOT NULL,
    handshake TEXT NOT NULL,
    spoke INTEGER NOT NULL,
    PRIMARY KEY (addin, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX addin_handshake_at ON addin_handshake (at);
