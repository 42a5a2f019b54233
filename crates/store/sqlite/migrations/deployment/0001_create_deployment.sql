-- Times are microseconds since 1970 in UTC; identifiers are the 16 bytes of a UUID.

CREATE TABLE principal (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    address_folded TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT,
    disabled INTEGER NOT NULL DEFAULT 0,
    administrator INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE containment (
    principal BLOB NOT NULL REFERENCES principal (id) ON DELETE CASCADE,
    container BLOB NOT NULL REFERENCES principal (id) ON DELETE CASCADE,
    PRIMARY KEY (principal, container)
) STRICT, WITHOUT ROWID;

CREATE TABLE credential (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    principal BLOB NOT NULL REFERENCES principal (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

CREATE INDEX credential_principal ON credential (principal, kind);

CREATE TABLE pool (
    fqdn TEXT NOT NULL PRIMARY KEY,
    display_name TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor BLOB,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
) STRICT;
