-- Versions and aliases. What was deployed before is version 1, and live points to it.
-- canonical_settings and version_digest are functions of the host's own: see Migrations.
ALTER TABLE function RENAME TO function_before;

CREATE TABLE function (
    name          TEXT    NOT NULL PRIMARY KEY, -- in full: tenant/name, or name alone for the tenant default
    created_at    INTEGER NOT NULL,             -- milliseconds since 1970, as all times here
    version_next  INTEGER NOT NULL              -- the next version's number: none is used again
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    function         TEXT    NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    number           INTEGER NOT NULL,
    digest           TEXT    NOT NULL, -- SHA-256 in hex, of the component's digest and the settings
    component        TEXT    NOT NULL, -- SHA-256 in hex
    component_bytes  INTEGER NOT NULL,
    artifact_bytes   INTEGER NOT NULL,
    componentized    INTEGER NOT NULL,
    imports          TEXT    NOT NULL, -- a line each
    exports          TEXT    NOT NULL, -- a line each
    settings         TEXT    NOT NULL, -- canonical JSON
    created_at       INTEGER NOT NULL,
    last_invoked_at  INTEGER,          -- null = not yet; behind by at most a minute
    released_at      INTEGER,          -- when the last alias stopped pointing to it
    PRIMARY KEY (function, number),
    UNIQUE (function, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE alias (
    function    TEXT    NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    sticky      TEXT    NOT NULL, -- cookie:NAME, header:NAME, or empty
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (function, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE alias_target (
    function  TEXT    NOT NULL,
    alias     TEXT    NOT NULL,
    position  INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    weight    INTEGER NOT NULL,
    PRIMARY KEY (function, alias, position),
    FOREIGN KEY (function, alias) REFERENCES alias (function, name) ON DELETE CASCADE,
    -- No cascade: a version that an alias points to can't be removed.
    FOREIGN KEY (function, version) REFERENCES version (function, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX alias_target_version ON alias_target (function, version);

-- How an alias' canary is judged.
CREATE TABLE rollout (
    function          TEXT    NOT NULL,
    alias             TEXT    NOT NULL,
    version           INTEGER NOT NULL,
    promote_after_ms  INTEGER NOT NULL,
    error_rate_max    REAL    NOT NULL,
    p99_max_us        INTEGER NOT NULL, -- 0 = any
    calls_min         INTEGER NOT NULL,
    started_at        INTEGER NOT NULL,
    PRIMARY KEY (function, alias),
    FOREIGN KEY (function, alias) REFERENCES alias (function, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE alias_change (
    function  TEXT    NOT NULL,
    alias     TEXT    NOT NULL,
    sequence  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    reason    TEXT    NOT NULL,
    targets   TEXT    NOT NULL, -- 7=95 8=5
    PRIMARY KEY (function, alias, sequence),
    FOREIGN KEY (function, alias) REFERENCES alias (function, name) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

INSERT INTO function SELECT name, created_at, 2 FROM function_before;

INSERT INTO version
    SELECT name, 1, version_digest(component, settings), component, component_bytes, artifact_bytes, componentized,
           imports, exports, settings, updated_at, NULL, NULL
    FROM (SELECT f.*, canonical_settings(json_object(
              'config', json((SELECT json_group_object(name, value) FROM function_config WHERE function = f.name)),
              'bindings', json((SELECT json_group_object(name, value) FROM function_binding WHERE function = f.name)),
              'topics', json((SELECT json_group_array(name) FROM function_topic WHERE function = f.name)))) AS settings
          FROM function_before f);

INSERT INTO alias SELECT name, 'live', '', updated_at FROM function_before;
INSERT INTO alias_target SELECT name, 'live', 0, 1, 100 FROM function_before;
INSERT INTO alias_change SELECT name, 'live', 1, updated_at, 'deployed version 1', '1=100' FROM function_before;

DROP TABLE function_config;
DROP TABLE function_binding;
DROP TABLE function_topic;
DROP TABLE function_before;
