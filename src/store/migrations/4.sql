-- Who enumerates a source holds a lease on it, as who makes a visit does: two at once would undo each other's work.
ALTER TABLE sources ADD COLUMN reader INTEGER NOT NULL DEFAULT 0; -- counts leases; who holds an older one is refused
ALTER TABLE sources ADD COLUMN until TEXT;                        -- when the lease ends; NULL: nobody holds it
