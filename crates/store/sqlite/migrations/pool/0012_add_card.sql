-- What is shown in the place of a message's text, as JSON; and the place of the card of which it is a new version.
ALTER TABLE message ADD COLUMN card TEXT;
ALTER TABLE message ADD COLUMN updates INTEGER;

CREATE INDEX message_updates ON message (room, updates, seq) WHERE updates IS NOT NULL;
