-- Of which an add-in's pseudonyms of people are made.
ALTER TABLE addin ADD COLUMN secret BLOB NOT NULL DEFAULT x'';
UPDATE addin SET secret = randomblob(32);

-- The add-in that had part in a message, and which: sent, changed.
ALTER TABLE message ADD COLUMN via BLOB;
ALTER TABLE message ADD COLUMN via_part TEXT;
