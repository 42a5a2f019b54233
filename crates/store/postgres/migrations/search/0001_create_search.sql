-- The index of a pool's messages, in a schema of its own: made of the messages, and made anew when it is lost.

-- How far each room is indexed. A number is never given again: what the index has of a room that is gone is found by it.
CREATE TABLE room (
    no BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    indexed BIGINT NOT NULL
);

-- Which message stands at a moment, and its words, folded, and beside them :room and @author, without positions.
CREATE TABLE place (
    moment BIGINT PRIMARY KEY,
    room BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    words TSVECTOR NOT NULL
);

-- Words that wait to be put in order are read by every search: few, then.
CREATE INDEX place_words ON place USING gin (words) WITH (gin_pending_list_limit = 256);
