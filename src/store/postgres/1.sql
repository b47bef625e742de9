-- The catalogue as src/store/migrations has it, in the words of PostgreSQL: what the columns mean is said there.
--
-- Times are texts as there, so that both sort alike, and so are all other texts: COLLATE "C" is the order of bytes.
-- A text may be longer than a B-tree takes; an exclusion by hash is a unique index for texts of any length.

CREATE TABLE toolgrade_catalogue (
    version BIGINT NOT NULL -- of this schema
);

CREATE TABLE servers (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug      TEXT COLLATE "C" UNIQUE,
    name      TEXT COLLATE "C",
    source    TEXT COLLATE "C" NOT NULL,
    place     TEXT COLLATE "C" NOT NULL,
    withdrawn TEXT COLLATE "C",
    -- Places are JSON, and hold no line break.
    EXCLUDE USING hash ((place || E'\n' || name) WITH =)
);
CREATE INDEX servers_at_place ON servers USING hash (place);
-- No row is in it. Half of the question for a server is about places that only the first schema of SQLite left out.
CREATE INDEX servers_without_place ON servers (id) WHERE place IS NULL;

CREATE TABLE sources (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    place   TEXT COLLATE "C" NOT NULL,
    round   BIGINT NOT NULL DEFAULT 0,
    started TEXT COLLATE "C",
    since   TEXT COLLATE "C",
    cursor  TEXT COLLATE "C",
    synced  TEXT COLLATE "C",
    reader  BIGINT NOT NULL DEFAULT 0,
    until   TEXT COLLATE "C",
    EXCLUDE USING hash (place WITH =)
);

-- A source's key is in it once, as only who holds the lease on the source adds any, in a transaction that locks the source.
CREATE TABLE targets (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source   BIGINT NOT NULL REFERENCES sources (id),
    key      TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    version  TEXT COLLATE "C",
    plan     TEXT COLLATE "C",
    host     TEXT COLLATE "C" NOT NULL,
    turn     BIGINT NOT NULL,
    round    BIGINT NOT NULL,
    state    TEXT COLLATE "C" NOT NULL CHECK (state IN ('queued', 'leased', 'seen', 'failed', 'gone')),
    attempt  BIGINT NOT NULL DEFAULT 0,
    tries    BIGINT NOT NULL DEFAULT 0,
    worker   TEXT COLLATE "C",
    until    TEXT COLLATE "C",
    next_try TEXT COLLATE "C",
    at       TEXT COLLATE "C",
    failure  TEXT COLLATE "C",
    content  TEXT COLLATE "C"
);
CREATE INDEX targets_of_source ON targets (source);
CREATE INDEX targets_by_key ON targets USING hash (key);
CREATE INDEX targets_in_turn ON targets (turn, id) WHERE state IN ('queued', 'leased') OR state = 'failed' AND next_try IS NOT NULL;
CREATE INDEX targets_leased ON targets (worker) WHERE state = 'leased';
CREATE INDEX targets_of_host ON targets (host, turn);

CREATE TABLE observations (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server        BIGINT NOT NULL REFERENCES servers (id),
    at            TEXT COLLATE "C" NOT NULL,
    complete      BOOLEAN NOT NULL,
    title         TEXT COLLATE "C",
    version       TEXT COLLATE "C",
    instructions  TEXT COLLATE "C",
    protocol      TEXT COLLATE "C",
    grade         TEXT COLLATE "C",
    failure       TEXT COLLATE "C",
    target        BIGINT REFERENCES targets (id) ON DELETE SET NULL,
    circumstances TEXT COLLATE "C"
);
CREATE INDEX observations_of_server ON observations (server, complete, at);
CREATE INDEX observations_of_target ON observations (target) WHERE target IS NOT NULL;

CREATE TABLE definitions (
    id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash BIGINT NOT NULL,
    tool TEXT COLLATE "C" NOT NULL,
    EXCLUDE USING hash (tool WITH =)
);
CREATE INDEX definitions_by_hash ON definitions (hash);

CREATE TABLE verdicts (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    definition BIGINT NOT NULL REFERENCES definitions (id),
    toolgrade  TEXT COLLATE "C" NOT NULL,
    tokens     BIGINT NOT NULL,
    verdict    TEXT COLLATE "C" NOT NULL,
    EXCLUDE USING hash ((definition::text || ' ' || tokens::text || ' ' || toolgrade || ' ' || verdict) WITH =)
);
CREATE INDEX verdicts_of_definition ON verdicts (definition, toolgrade);

CREATE TABLE listed (
    observation BIGINT NOT NULL REFERENCES observations (id),
    position    BIGINT NOT NULL,
    verdict     BIGINT NOT NULL REFERENCES verdicts (id),
    PRIMARY KEY (observation, position)
);
