-- Every licence forgets what is over: with many viewers that must not read all that is not.
CREATE INDEX spent_tokens_by_end ON spent_tokens (expires_ms);

CREATE INDEX streams_by_end ON streams (until_ms);
