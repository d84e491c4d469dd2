CREATE TABLE function (
    name             TEXT    NOT NULL PRIMARY KEY,
    component        TEXT    NOT NULL, -- SHA-256 in hex
    component_bytes  INTEGER NOT NULL,
    artifact_bytes   INTEGER NOT NULL,
    componentized    INTEGER NOT NULL,
    imports          TEXT    NOT NULL, -- a line each
    exports          TEXT    NOT NULL, -- a line each
    created_at       INTEGER NOT NULL, -- milliseconds since 1970
    updated_at       INTEGER NOT NULL  -- milliseconds since 1970
) STRICT, WITHOUT ROWID;

CREATE TABLE function_config (
    function  TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (function, name)
) STRICT, WITHOUT ROWID;
