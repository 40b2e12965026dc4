-- Whose tokens are worth nothing any more. Rows are dropped once all tokens that they are about have expired.
CREATE TABLE revocations (
    -- A session (32 hexadecimal digits) or a device's fingerprint (64).
    subject TEXT NOT NULL PRIMARY KEY,
    revoked_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL
);
