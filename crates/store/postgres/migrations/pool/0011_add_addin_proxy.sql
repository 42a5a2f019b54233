-- Whether the page is shown through the isolating proxy, and the origins that it may reach besides its own then, with spaces
-- between them.
ALTER TABLE addin ADD COLUMN proxied BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE addin ADD COLUMN proxied_hosts TEXT NOT NULL DEFAULT '';
