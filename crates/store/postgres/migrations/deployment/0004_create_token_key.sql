-- The keys that sign tokens for add-ins' servers; the private part is PKCS #8.
CREATE TABLE token_key (
    id uuid NOT NULL PRIMARY KEY,
    private_key bytea NOT NULL,
    created_at bigint NOT NULL
);
