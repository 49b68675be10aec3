-- When a run must be over, so that a limit holds by the database's clock although its timer was lost or came too early.
ALTER TABLE run ADD COLUMN limit_at timestamptz;
CREATE INDEX run_limit ON run (limit_at) WHERE finished_at IS NULL AND limit_at IS NOT NULL;
