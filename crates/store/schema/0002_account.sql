-- Who may come in. Passwords are Argon2id in PHC form; roles and stands_for are JSON.
CREATE TABLE account (
    id           {int} PRIMARY KEY,
    login        {text} NOT NULL UNIQUE,
    name         {text} NOT NULL,
    password     {text} NOT NULL,
    roles        {text} NOT NULL,
    stands_for   {text} NOT NULL,
    failed       {int} NOT NULL,
    locked_until {int},
    password_at  {int} NOT NULL,
    created_at   {int} NOT NULL,
    closed_at    {int}
){strict};

-- Signed-in browsers; digest = SM3 of the token.
CREATE TABLE session (
    digest    {text} PRIMARY KEY,
    account   {int} NOT NULL,
    opened_at {int} NOT NULL,
    seen_at   {int} NOT NULL,
    came_from {text} NOT NULL
){keyed};
CREATE INDEX session_account ON session (account, opened_at);

-- What happened at the door and in administration, appended only.
CREATE TABLE event (
    id        {int} PRIMARY KEY,
    at        {int} NOT NULL,
    actor     {int},
    kind      {text} NOT NULL,
    detail    {text} NOT NULL,
    came_from {text} NOT NULL
){strict};
