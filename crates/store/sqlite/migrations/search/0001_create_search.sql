-- The index of a pool's messages, in a file of its own: made of the messages, and made anew when it is lost.

-- How far each room is indexed. A number is never given again: what the index has of a room that is gone is found by it.
CREATE TABLE room (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    indexed INTEGER NOT NULL
) STRICT;

-- Which message stands at a moment.
CREATE TABLE place (
    moment INTEGER PRIMARY KEY,
    room INTEGER NOT NULL,
    seq INTEGER NOT NULL
) STRICT;

-- The words of the message at a moment, folded, and beside them :room and @author. No text and no positions: what is found
-- is read from the messages. Moments are row numbers, so that the newest are found first without sorting.
CREATE VIRTUAL TABLE word USING fts5 (
    words,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = "ascii tokenchars '$:@'"
);
