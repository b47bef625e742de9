-- A server is who it says it is and where it was found; the same two are the same server.
CREATE TABLE servers (
    id       INTEGER PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    source   TEXT NOT NULL,            -- JSON
    UNIQUE (name, source)
) STRICT;

-- One visit: what the server said of itself, or why it did not answer.
CREATE TABLE observations (
    id           INTEGER PRIMARY KEY,
    server       INTEGER NOT NULL REFERENCES servers (id),
    at           TEXT NOT NULL,        -- RFC 3339, nine digits of a second: sorts as text
    complete     INTEGER NOT NULL CHECK (complete IN (0, 1)),
    title        TEXT,
    version      TEXT,
    instructions TEXT,
    protocol     TEXT,
    grade        TEXT,
    failure      TEXT                  -- JSON; NULL when tools were listed
) STRICT;
CREATE INDEX observations_of_server ON observations (server, complete, at);

-- A tool's whole JSON, as it was sent, once. The hash only finds it: equal means equal text.
CREATE TABLE definitions (
    id   INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL,
    tool TEXT NOT NULL
) STRICT;
CREATE INDEX definitions_by_hash ON definitions (hash);

-- What a version of toolgrade said of a definition. Siblings and instructions count too, so there may be several.
CREATE TABLE verdicts (
    id         INTEGER PRIMARY KEY,
    definition INTEGER NOT NULL REFERENCES definitions (id),
    toolgrade  TEXT NOT NULL,
    tokens     INTEGER NOT NULL,
    verdict    TEXT NOT NULL           -- JSON
) STRICT;
CREATE INDEX verdicts_of_definition ON verdicts (definition, toolgrade);

-- Which definitions an observation listed, in the server's order.
CREATE TABLE listed (
    observation INTEGER NOT NULL REFERENCES observations (id),
    position    INTEGER NOT NULL,
    verdict     INTEGER NOT NULL REFERENCES verdicts (id),
    PRIMARY KEY (observation, position)
) STRICT, WITHOUT ROWID;
