-- Personal tokens by which programs sign in; digest = SM3 of the token. writes: 0 reads only; registers: JSON list, null: all.
CREATE TABLE token (
    id         {int} PRIMARY KEY,
    account    {int} NOT NULL,
    title      {text} NOT NULL,
    digest     {text} NOT NULL UNIQUE,
    writes     {int} NOT NULL,
    registers  {text},
    created_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    used_at    {int},
    revoked_at {int}
){strict};
CREATE INDEX token_account ON token (account, id);

-- Answers to writes that carried an idempotency key; asked = SM3 of the request. Kept for a day.
CREATE TABLE kept_answer (
    account {int} NOT NULL,
    name    {text} NOT NULL,
    asked   {text} NOT NULL,
    at      {int} NOT NULL,
    answer  {text} NOT NULL,
    PRIMARY KEY (account, name)
){keyed};
CREATE INDEX kept_answer_at ON kept_answer (at);

-- Long work: who asked for what (asked, reach: JSON), how far it is, what came of it (result: JSON). ended_at null: open.
CREATE TABLE job (
    id         {int} PRIMARY KEY,
    kind       {text} NOT NULL,
    account    {int} NOT NULL,
    reach      {text},
    asked      {text} NOT NULL,
    state      {text} NOT NULL,
    done       {int} NOT NULL,
    whole      {int} NOT NULL,
    result     {text},
    created_at {int} NOT NULL,
    started_at {int},
    ended_at   {int}
){strict};
CREATE INDEX job_open ON job (id) WHERE ended_at IS NULL;
CREATE INDEX job_account ON job (account, id);
