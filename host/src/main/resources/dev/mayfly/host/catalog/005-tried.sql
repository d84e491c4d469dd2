-- How long hosts have tried a canary, by a clock that can't be set. Behind by at most a minute. Those on their way begin anew.
ALTER TABLE rollout ADD COLUMN tried_ms INTEGER NOT NULL DEFAULT 0;
