-- What the configuration says is sealed: see Sealing. sealed_config and settings_in_clear are functions of the host's own: see Migrations.
ALTER TABLE version ADD COLUMN config TEXT; -- null = none

UPDATE version SET config = sealed_config(function, number, settings), settings = settings_in_clear(settings)
    WHERE settings LIKE '%"config":{%';
