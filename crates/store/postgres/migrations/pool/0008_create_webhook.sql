-- Where the back end of an add-in is told what is posted, by which secrets it knows us, and how it answered. Of a new address it
-- is not known yet.
CREATE TABLE webhook (
    addin UUID NOT NULL PRIMARY KEY REFERENCES addin (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_until BIGINT,
    told_at BIGINT,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    failed_at BIGINT,
    error TEXT
);

-- How far it has been told of each room that uses the add-in; what stands up to `since` are earlier messages.
CREATE TABLE webhook_cursor (
    addin UUID NOT NULL REFERENCES webhook (addin) ON DELETE CASCADE,
    room BIGINT NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    since BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (addin, room)
);

-- Deleting a room, or giving it another add-in, looks for its rows here; the key begins with the add-in.
CREATE INDEX webhook_cursor_room ON webhook_cursor (room);

-- What its receiver refused so often that it was given up.
CREATE TABLE dead_letter (
    addin UUID NOT NULL,
    room BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (addin, room, seq),
    FOREIGN KEY (addin, room) REFERENCES webhook_cursor (addin, room) ON DELETE CASCADE
);

-- Which node does what one node at a time is to do, and until when.
CREATE TABLE lease (
    task TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until BIGINT NOT NULL
);
