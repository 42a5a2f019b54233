-- How people fared with an add-in's page the last time they opened it.
CREATE TABLE addin_handshake (
    addin UUID NOT NULL REFERENCES addin (id) ON DELETE CASCADE,
    person UUID NOT NULL,
    at BIGINT NOT NULL,
    handshake TEXT NOT NULL,
    spoke BOOLEAN NOT NULL,
    PRIMARY KEY (addin, person)
);

CREATE INDEX addin_handshake_at ON addin_handshake (at);
