-- A server is known by its name and its place: where it is, whatever was typed to get there. What was typed is what is shown.
CREATE TABLE servers_2 (
    id     INTEGER PRIMARY KEY,
    slug   TEXT UNIQUE,             -- NULL until it listed something: before that it has no page
    name   TEXT,                    -- NULL until a visit has told it
    source TEXT NOT NULL,           -- JSON, as typed
    place  TEXT,                    -- JSON; NULL when recorded by schema 1, until it is seen again
    UNIQUE (place, name)
) STRICT;
INSERT INTO servers_2 (id, slug, name, source) SELECT id, slug, name, source FROM servers;
DROP TABLE servers;
ALTER TABLE servers_2 RENAME TO servers;
CREATE INDEX servers_without_place ON servers (source) WHERE place IS NULL;
