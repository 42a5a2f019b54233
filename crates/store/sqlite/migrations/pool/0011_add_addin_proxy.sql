-- Whether the page is shown through the isolating proxy, and the origins that it may reach besides its own then, with spaces
-- between them.
ALTER TABLE addin ADD COLUMN proxied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE addin ADD COLUMN proxied_hosts TEXT NOT NULL DEFAULT '';
