-- Times are microseconds since 1970 in UTC. What is compared or sorted is compared byte by byte (COLLATE "C"): no order
-- of a language, and no index that is wrong after the operating system's collations have changed.

CREATE TABLE addin (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    url TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE category (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    invitations BOOLEAN NOT NULL,
    file_upload BOOLEAN NOT NULL,
    chat_history BOOLEAN NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- The lists of a category: allowed, denied, creator. `place` keeps the order in which people wrote them.
CREATE TABLE category_principal (
    category UUID NOT NULL REFERENCES category (id) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL,
    principal UUID NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (category, role, principal)
);

-- `no` is what messages refer to: 8 bytes a message instead of 16. Pages are half full, so that the head, which changes
-- with every message and is in no index, is updated in place.
CREATE TABLE room (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    category UUID NOT NULL REFERENCES category (id),
    name TEXT NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    description TEXT NOT NULL DEFAULT '',
    privacy TEXT NOT NULL,
    type TEXT NOT NULL,
    invitations TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    addin UUID REFERENCES addin (id) ON DELETE SET NULL,
    head BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX room_addin ON room (addin);
CREATE INDEX room_category ON room (category);

-- The lists of a room: member, manager, presenter.
CREATE TABLE room_principal (
    room BIGINT NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    role TEXT COLLATE "C" NOT NULL,
    principal UUID NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (room, role, principal)
);

-- A page of history is read by the primary key, wherever it lies.
CREATE TABLE message (
    room BIGINT NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    author UUID NOT NULL,
    at BIGINT NOT NULL,
    alert BOOLEAN NOT NULL,
    title TEXT,
    text TEXT NOT NULL,
    contexts TEXT,
    nonce UUID NOT NULL,
    PRIMARY KEY (room, seq)
);

CREATE UNIQUE INDEX message_nonce ON message (author, nonce);

CREATE TABLE attention (
    person UUID NOT NULL,
    room BIGINT NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    followed BOOLEAN NOT NULL DEFAULT false,
    read BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person, room)
);

-- Deleting a room looks for its rows here; the key begins with the person.
CREATE INDEX attention_room ON attention (room);

CREATE TABLE addin_storage (
    room BIGINT NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    addin UUID NOT NULL REFERENCES addin (id) ON DELETE CASCADE,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by UUID NOT NULL,
    PRIMARY KEY (room, addin, key)
);

-- Deleting an add-in looks for its rows here; the key begins with the room.
CREATE INDEX addin_storage_addin ON addin_storage (addin);

CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    actor UUID,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT,
    after TEXT
);
