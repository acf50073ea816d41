-- The pack that the tables are of: written in the transaction that changed them.
CREATE TABLE applied (
    one    {int} PRIMARY KEY CHECK (one = 1),
    digest {text} NOT NULL
){strict};
