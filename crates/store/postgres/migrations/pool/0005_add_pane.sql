-- Of which an add-in's pseudonyms of people are made.
ALTER TABLE addin ADD COLUMN secret bytea NOT NULL DEFAULT '';
UPDATE addin SET secret = sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea);

-- The add-in that had part in a message, and which: sent, changed.
ALTER TABLE message ADD COLUMN via uuid;
ALTER TABLE message ADD COLUMN via_part text;
