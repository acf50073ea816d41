-- Whether the password was given by another and must be changed.
ALTER TABLE account ADD COLUMN given {int} NOT NULL DEFAULT 0;
