-- An alert is named in chat by its id; without an index each name reads every incident there ever was.
CREATE INDEX incident_alerts ON incident USING gin ((body -> 'alerts') jsonb_path_ops);
