-- What a function may use: the host's binding by the function's own name for it.
CREATE TABLE function_binding (
    function  TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (function, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE function_topic (
    function  TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    name      TEXT NOT NULL,
    PRIMARY KEY (function, name)
) STRICT, WITHOUT ROWID;
