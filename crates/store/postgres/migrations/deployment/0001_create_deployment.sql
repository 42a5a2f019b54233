-- Times are microseconds since 1970 in UTC. What is compared or sorted is compared byte by byte (COLLATE "C"): no order
-- of a language, and no index that is wrong after the operating system's collations have changed.

CREATE TABLE principal (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    address_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT,
    disabled BOOLEAN NOT NULL DEFAULT false,
    administrator BOOLEAN NOT NULL DEFAULT false,
    password_hash TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE containment (
    principal UUID NOT NULL REFERENCES principal (id) ON DELETE CASCADE,
    container UUID NOT NULL REFERENCES principal (id) ON DELETE CASCADE,
    PRIMARY KEY (principal, container)
);

CREATE TABLE credential (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    principal UUID NOT NULL REFERENCES principal (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    digest BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

CREATE INDEX credential_principal ON credential (principal, kind);

CREATE TABLE pool (
    fqdn TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    display_name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL DEFAULT false,
    created_at BIGINT NOT NULL
);

CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor UUID,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
);
