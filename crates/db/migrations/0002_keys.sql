-- Secrets that are made here: content keys, and what tokens are signed with. Never in clear: each is sealed with a
-- master key that is not in the database.
CREATE TABLE content_keys (
    -- 32 hexadecimal digits.
    key_id TEXT NOT NULL PRIMARY KEY,
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

CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    master_key TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Master keys that seal nothing any more and must not be used again.
CREATE TABLE retired_master_keys (
    master_key TEXT NOT NULL PRIMARY KEY,
    retired_ms BIGINT NOT NULL
);

-- Every use of a content key, for people who ask later. Rows are never changed.
CREATE TABLE key_uses (
    id BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    key_id TEXT NOT NULL,
    -- made, package, licence, export, import or seal.
    purpose TEXT NOT NULL,
    -- Who: the session of a licence, the certificate of an export.
    used_by TEXT NOT NULL
);

CREATE INDEX key_uses_by_key ON key_uses (key_id);

-- How often each play token was used. Rows are dropped once their token has expired.
CREATE TABLE spent_tokens (
    nonce TEXT NOT NULL PRIMARY KEY,
    uses BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);

-- Playing sessions, each a place of its account until `until_ms`.
CREATE TABLE streams (
    session TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    until_ms BIGINT NOT NULL
);

CREATE INDEX streams_by_account ON streams (account, until_ms);
