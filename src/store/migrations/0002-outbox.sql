-- What the outbox needs beyond the first tables: lanes, replies, where a message really stands, and recent sends for the platforms' limits.

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
