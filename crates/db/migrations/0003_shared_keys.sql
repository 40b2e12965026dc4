-- A key that comes from elsewhere may be for several classes of a title, so that its ID is no longer one row's alone.
CREATE TABLE shared_content_keys (
    -- 32 hexadecimal digits.
    key_id TEXT NOT NULL,
    title_id TEXT NOT NULL,
    -- audio, sd, hd, fhd or uhd.
    class TEXT NOT NULL,
    -- cenc or cbcs.
    scheme TEXT NOT NULL,
    period BIGINT NOT NULL,
    -- Which master key seals it, and the sealed key.
    master_key TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    UNIQUE (title_id, class, scheme, period)
);

INSERT INTO shared_content_keys (key_id, title_id, class, scheme, period, master_key, sealed, created_ms)
    SELECT key_id, title_id, class, scheme, period, master_key, sealed, created_ms FROM content_keys;

DROP TABLE content_keys;

ALTER TABLE shared_content_keys RENAME TO content_keys;

CREATE INDEX content_keys_by_id ON content_keys (key_id);
