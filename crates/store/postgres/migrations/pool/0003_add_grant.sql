-- What an add-in may do, as names of capabilities with spaces between them (domain: grant).
ALTER TABLE addin ADD COLUMN granted text NOT NULL DEFAULT '';
ALTER TABLE addin ADD COLUMN requested text NOT NULL DEFAULT '';
ALTER TABLE addin ADD COLUMN approved boolean NOT NULL DEFAULT true;
ALTER TABLE addin ADD COLUMN disabled boolean NOT NULL DEFAULT false;
ALTER TABLE room ADD COLUMN addin_withheld text NOT NULL DEFAULT '';

-- Add-ins that are there already may do what every add-in could until now.
UPDATE addin SET granted = 'room.info contexts messages.live messages.history participants user.identity.basic '
    || 'storage messages.send messages.send.silent';
