-- Where a crawl finds its targets: a registry, a file, something typed.
CREATE TABLE sources (
    id      INTEGER PRIMARY KEY,
    place   TEXT NOT NULL UNIQUE,   -- JSON: its kind, and where it is; without secrets
    round   INTEGER NOT NULL DEFAULT 0, -- counts enumerations of the whole
    started TEXT,                   -- when the enumeration under way began; NULL when none is
    since   TEXT,                   -- it asks for changes after this; NULL when it asks for everything
    cursor  TEXT,                   -- where it goes on
    synced  TEXT                    -- when the last one that came to its end began
) STRICT;

-- What a crawl visits, and how far it is.
CREATE TABLE targets (
    id       INTEGER PRIMARY KEY,
    source   INTEGER NOT NULL REFERENCES sources (id),
    key      TEXT NOT NULL,         -- tells targets of one source apart
    name     TEXT NOT NULL,
    version  TEXT,
    plan     TEXT,                  -- JSON; NULL: only who names the source knows how, as it may hold secrets
    host     TEXT NOT NULL,         -- empty for what runs here
    turn     INTEGER NOT NULL,      -- how many of the same host come before: hosts take turns
    round    INTEGER NOT NULL,      -- the enumeration that saw it last
    state    TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'seen', 'failed', 'gone')),
    attempt  INTEGER NOT NULL DEFAULT 0, -- counts leases; who holds an older one is refused
    tries    INTEGER NOT NULL DEFAULT 0, -- failed ones in a row
    worker   TEXT,
    until    TEXT,                  -- when the lease ends
    next_try TEXT,                  -- when a failed one is tried again; NULL: not before it is due anew
    at       TEXT,                  -- the last visit
    failure  TEXT,                  -- JSON
    content  TEXT,                  -- hash of what was listed
    UNIQUE (source, key)
) STRICT;
CREATE INDEX targets_in_turn ON targets (state, turn, id);
CREATE INDEX targets_of_host ON targets (host, turn);

ALTER TABLE observations ADD COLUMN target INTEGER REFERENCES targets (id) ON DELETE SET NULL;
ALTER TABLE observations ADD COLUMN circumstances TEXT; -- JSON
CREATE INDEX observations_of_target ON observations (target) WHERE target IS NOT NULL;

-- A server that its registry took down has no page, until it lists something again.
ALTER TABLE servers ADD COLUMN withdrawn TEXT;
