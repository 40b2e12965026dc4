-- Titles and their releases. A title is in the catalogue from its first release on, so it always has a current one.
CREATE TABLE titles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- Content digest of the master: one master makes one title.
    master TEXT NOT NULL UNIQUE,
    -- package_digest of the release that viewers get.
    current_package TEXT NOT NULL
);

CREATE INDEX titles_by_name ON titles (name);

CREATE TABLE releases (
    title_id TEXT NOT NULL REFERENCES titles (id),
    package_digest TEXT NOT NULL,
    -- The package, as manifest::description writes it.
    description TEXT NOT NULL,
    -- What listings show, so that they need not read descriptions.
    duration_s DOUBLE PRECISION NOT NULL,
    poster_path TEXT,
    -- When it became the current one, in milliseconds since 1970 (UTC).
    published_ms BIGINT NOT NULL,
    PRIMARY KEY (title_id, package_digest)
);

-- What viewers get: each title with its visible release.
CREATE VIEW current_releases AS
SELECT t.id, t.name, t.master, r.package_digest, r.description, r.duration_s, r.poster_path, r.published_ms
FROM titles t JOIN releases r ON r.title_id = t.id AND r.package_digest = t.current_package;

-- Runs of preparation, for people to look at. Nothing depends on them.
CREATE TABLE preparations (
    id BIGINT NOT NULL PRIMARY KEY,
    master TEXT NOT NULL,
    title_name TEXT NOT NULL,
    -- running, published, refused or failed.
    state TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT,
    message TEXT
);

CREATE INDEX preparations_by_master ON preparations (master);
