-- Nodes that are to take no new clients, by name.
CREATE TABLE inactive_node (
    name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
