-- Nodes that are to take no new clients, by name.
CREATE TABLE inactive_node (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
