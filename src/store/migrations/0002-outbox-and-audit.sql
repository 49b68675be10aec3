-- What the outbox needs beyond the first tables (lanes, replies, where a message really stands, recent sends), and an audit that stays.

-- Platforms count per conversation, whatever the thread or the person: one lane per conversation.
ALTER TABLE surface
  ADD COLUMN lane text NOT NULL GENERATED ALWAYS AS ((place ->> 'platform') || '|' || (place ->> 'tenant') || '|' || (place ->> 'conversation')) STORED,
  -- The surface in whose thread this one is posted; its message id is read when posting.
  ADD COLUMN reply_to uuid REFERENCES surface (id) ON DELETE SET NULL,
  -- The place as the platform named it when the message was posted; null until then.
  ADD COLUMN message_place jsonb;

DROP INDEX surface_pending;
CREATE INDEX surface_pending ON surface (lane, by_person DESC, changed_at) WHERE wanted > shown;
CREATE INDEX surface_due ON surface (not_before, lane) WHERE wanted > shown;
DROP INDEX surface_message;
CREATE INDEX surface_message ON surface (lane, message_id) WHERE message_id <> '';

ALTER TABLE place_lease RENAME COLUMN place_key TO lane;
-- Times of recent posts and edits, epoch ms, so that the next owner keeps the limits too.
ALTER TABLE place_lease ADD COLUMN sent bigint[] NOT NULL DEFAULT '{}';

-- The audit is written once, chained once, and never changed: a mistake in Picket cannot do it, and whoever does it anyway breaks the chain.
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.seq IS NULL AND (NEW.id, NEW.at, NEW.event) IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.event) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit is append-only';
END $$;
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keep();
