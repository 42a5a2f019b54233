-- What an add-in may do, as names of capabilities with spaces between them (domain: grant).
ALTER TABLE addin ADD COLUMN granted TEXT NOT NULL DEFAULT '';
ALTER TABLE addin ADD COLUMN requested TEXT NOT NULL DEFAULT '';
ALTER TABLE addin ADD COLUMN approved INTEGER NOT NULL DEFAULT 1;
ALTER TABLE addin ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN addin_withheld TEXT NOT NULL DEFAULT '';

-- Add-ins that are there already may do what every add-in could until now.
UPDATE addin SET granted = 'room.info contexts messages.live messages.history participants user.identity.basic '
    || 'storage messages.send messages.send.silent';
