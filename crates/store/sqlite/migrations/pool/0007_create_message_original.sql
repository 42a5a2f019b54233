-- What authors had typed where an add-in replaced it: apart from the messages, since it goes to administrators alone.
CREATE TABLE message_original (
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    title TEXT,
    text TEXT NOT NULL,
    PRIMARY KEY (room, seq),
    FOREIGN KEY (room, seq) REFERENCES message (room, seq) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
