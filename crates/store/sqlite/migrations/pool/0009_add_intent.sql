-- What an add-in's page can be asked to do by other pages (domain: intent), a line for each intent.
ALTER TABLE addin ADD COLUMN intents TEXT NOT NULL DEFAULT '';
