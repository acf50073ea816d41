-- By which declared states the rows of `waiting` were written, register by register.
CREATE TABLE waiting_rule (
    register {text} PRIMARY KEY,
    states   {text} NOT NULL
){keyed};
