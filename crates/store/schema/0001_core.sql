-- The end of the chain: how many changes there are, the hash of the last one, the last record id, the edition of the tables.
CREATE TABLE head (
    one     {int} PRIMARY KEY CHECK (one = 1),
    seq     {int} NOT NULL,
    hash    {bytes}    NOT NULL,
    last_id {int} NOT NULL,
    edition {int} NOT NULL
){strict};
INSERT INTO head VALUES (1, 0, {zeros}, 0, 0);

-- Everything that ever happened, appended only. hash = SM3 over this row and the hash before it; image = SM3 of the whole record after it.
CREATE TABLE change (
    seq      {int} PRIMARY KEY,
    at       {int} NOT NULL,
    by       {int} NOT NULL,
    act      {text}    NOT NULL,
    register {text}    NOT NULL,
    record   {int} NOT NULL,
    before   {text}    NOT NULL,
    after    {text}    NOT NULL,
    reason   {text},
    image    {bytes}    NOT NULL,
    hash     {bytes}    NOT NULL
){strict};
CREATE INDEX change_record ON change (record, seq);

-- The tables of the applied pack, one row per register.
CREATE TABLE layout (
    register {text} PRIMARY KEY,
    body     {text} NOT NULL
){keyed};

-- Running numbers: the last one issued.
CREATE TABLE sequence (
    name {text} PRIMARY KEY,
    last {int} NOT NULL
){keyed};

-- Clocks that run, and how they ended.
CREATE TABLE deadline (
    record   {int} NOT NULL,
    clock    {text}    NOT NULL,
    register {text}    NOT NULL,
    title    {text}    NOT NULL,
    starts   {int} NOT NULL,
    due      {int} NOT NULL,
    warn_at  {int},
    met_at   {int},
    _area    {text}    NOT NULL,
    _body    {int},
    owes     {text}    NOT NULL,
    PRIMARY KEY (record, clock)
){keyed};
CREATE INDEX deadline_open ON deadline (due) WHERE met_at IS NULL;
CREATE TABLE deadline_owner (
    record {int} NOT NULL,
    clock  {text}    NOT NULL,
    owner  {int} NOT NULL,
    PRIMARY KEY (record, clock, owner)
){keyed};
CREATE INDEX deadline_owner_owner ON deadline_owner (owner);

-- Attachments by the SM3 of their content; uses = how often a record took one up.
CREATE TABLE file (
    hash {text} PRIMARY KEY,
    name {text}    NOT NULL,
    size {int} NOT NULL,
    at   {int} NOT NULL,
    uses {int} NOT NULL
){keyed};
