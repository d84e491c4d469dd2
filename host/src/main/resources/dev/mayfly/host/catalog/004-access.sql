-- Who may do what. Times are milliseconds since 1970.
CREATE TABLE tenant (
    name        TEXT    NOT NULL PRIMARY KEY,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO tenant (name, created_at) VALUES ('default', 0);

CREATE TABLE api_key (
    id           TEXT    NOT NULL PRIMARY KEY,
    hash         BLOB    NOT NULL UNIQUE, -- SHA-256; the key itself is nowhere
    tenant       TEXT    NOT NULL REFERENCES tenant (name) ON DELETE CASCADE,
    host_wide    INTEGER NOT NULL,
    label        TEXT    NOT NULL,
    permissions  TEXT    NOT NULL, -- a line each: deploy:orders-*
    created_at   INTEGER NOT NULL,
    ends_at      INTEGER,          -- null = never
    revoked      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE secret (
    tenant      TEXT    NOT NULL REFERENCES tenant (name) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    key_id      TEXT    NOT NULL, -- of the key in secrets.key that it is sealed with
    sealed      BLOB    NOT NULL, -- AES-256-GCM: nonce (12 bytes), ciphertext, tag (16 bytes)
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
