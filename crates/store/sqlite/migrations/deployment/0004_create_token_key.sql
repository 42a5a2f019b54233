-- The keys that sign tokens for add-ins' servers; the private part is PKCS #8.
CREATE TABLE token_key (
    id BLOB NOT NULL PRIMARY KEY,
    private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
