-- Where the back end of an add-in is told what is posted, by which secrets it knows us, and how it answered. Of a new address it
-- is not known yet.
CREATE TABLE webhook (
    addin BLOB NOT NULL PRIMARY KEY REFERENCES addin (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    secret BLOB NOT NULL,
    previous_secret BLOB,
    previous_until INTEGER,
    told_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    failed_at INTEGER,
    error TEXT
) STRICT, WITHOUT ROWID;

-- How far it has been told of each room that uses the add-in; what stands up to `since` are earlier messages.
CREATE TABLE webhook_cursor (
    addin BLOB NOT NULL REFERENCES webhook (addin) ON DELETE CASCADE,
    room INTEGER NOT NULL REFERENCES room (no) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    since INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (addin, room)
) STRICT, WITHOUT ROWID;

-- Deleting a room, or giving it another add-in, looks for its rows here; the key begins with the add-in.
CREATE INDEX webhook_cursor_room ON webhook_cursor (room);

-- What its receiver refused so often that it was given up.
CREATE TABLE dead_letter (
    addin BLOB NOT NULL,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (addin, room, seq),
    FOREIGN KEY (addin, room) REFERENCES webhook_cursor (addin, room) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Which node does what one node at a time is to do, and until when.
CREATE TABLE lease (
    task TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
