-- Times are microseconds since 1970 in UTC; identifiers are the 16 bytes of a UUID.

CREATE TABLE addin (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE category (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    invitations INTEGER NOT NULL,
    file_upload INTEGER NOT NULL,
    chat_history INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The lists of a category: allowed, denied, creator. `place` keeps the order in which people wrote them.
CREATE TABLE category_principal (
    category BLOB NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    principal BLOB NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (category, role, principal)
) STRICT, WITHOUT ROWID;

-- `no` is what messages refer to: 1 to 5 bytes a message instead of 16.
CREATE TABLE room (
    no INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    category BLOB NOT NULL REFERENCES category (id),
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    privacy TEXT NOT NULL,
    type TEXT NOT NULL,
    invitations TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    addin BLOB REFERENCES addin (id) ON DELETE SET NULL,
    head INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX room_addin ON room (addin);
CREATE INDEX room_category ON room (category);

-- The lists of a room: member, manager, presenter.
CREATE TABLE room_principal (
    room INTEGER NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    role TEXT NOT NULL,
    principal BLOB NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (room, role, principal)
) STRICT, WITHOUT ROWID;

-- Clustered by room and place, so that a page of history is read in one go wherever it lies.
CREATE TABLE message (
    room INTEGER NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    author BLOB NOT NULL,
    at INTEGER NOT NULL,
    alert INTEGER NOT NULL,
    title TEXT,
    text TEXT NOT NULL,
    contexts TEXT,
    nonce BLOB NOT NULL,
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX message_nonce ON message (author, nonce);

CREATE TABLE attention (
    person BLOB NOT NULL,
    room INTEGER NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    followed INTEGER NOT NULL DEFAULT 0,
    read INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (person, room)
) STRICT, WITHOUT ROWID;

-- Deleting a room looks for its rows here; the key begins with the person.
CREATE INDEX attention_room ON attention (room);

CREATE TABLE addin_storage (
    room INTEGER NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    addin BLOB NOT NULL REFERENCES addin (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    updated_by BLOB NOT NULL,
    PRIMARY KEY (room, addin, key)
) STRICT, WITHOUT ROWID;

-- Deleting an add-in looks for its rows here; the key begins with the room.
CREATE INDEX addin_storage_addin ON addin_storage (addin);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor BLOB,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
) STRICT;
