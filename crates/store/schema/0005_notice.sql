-- Which roles accounts hold and what they stand for, as `account` says: to find a record's people without reading every account.
-- area '' and body 0: for none.
CREATE TABLE account_role (
    role    {text} NOT NULL,
    area    {text} NOT NULL,
    body    {int} NOT NULL,
    account {int} NOT NULL,
    PRIMARY KEY (role, area, body, account)
){keyed};
CREATE INDEX account_role_account ON account_role (account);
CREATE TABLE account_stands (
    record  {int} NOT NULL,
    account {int} NOT NULL,
    PRIMARY KEY (record, account)
){keyed};
CREATE INDEX account_stands_account ON account_stands (account);

-- When an account was last used.
CREATE TABLE account_seen (
    account {int} PRIMARY KEY,
    at      {int} NOT NULL
){keyed};

-- What people were told: one row for each of them. `key`: told once and never again. The record's name is read when the notice
-- is shown, by the reader's rights of that moment.
CREATE TABLE notice (
    id       {int} PRIMARY KEY,
    account  {int} NOT NULL,
    at       {int} NOT NULL,
    kind     {text} NOT NULL,
    matter   {text} NOT NULL,
    words    {text} NOT NULL,
    register {text} NOT NULL,
    record   {int} NOT NULL,
    sender   {int} NOT NULL,
    key      {text} UNIQUE,
    read_at  {int}
){strict};
CREATE INDEX notice_account ON notice (account, id);
CREATE INDEX notice_unread ON notice (account) WHERE read_at IS NULL;

-- Notices on their way out of the house. `message` names what went out as one mail; `due`: not before.
CREATE TABLE delivery (
    id      {int} PRIMARY KEY,
    notice  {int} NOT NULL,
    account {int} NOT NULL,
    channel {text} NOT NULL,
    due     {int} NOT NULL,
    state   {text} NOT NULL,
    tries   {int} NOT NULL,
    error   {text} NOT NULL,
    message {text} NOT NULL,
    sent_at {int},
    UNIQUE (notice, channel)
){strict};
CREATE INDEX delivery_open ON delivery (due) WHERE state IN ('waiting', 'sending');
CREATE INDEX delivery_state ON delivery (state, id);

-- How a person wants to be told, besides in the house itself. digest 1: once a day.
CREATE TABLE reach (
    account  {int} PRIMARY KEY,
    mail     {text} NOT NULL,
    phone    {text} NOT NULL,
    by_mail  {int} NOT NULL,
    by_robot {int} NOT NULL,
    digest   {int} NOT NULL
){keyed};

-- Secret addresses of calendars; digest = SM3 of the secret.
CREATE TABLE feed (
    digest  {text} PRIMARY KEY,
    account {int} NOT NULL UNIQUE,
    made_at {int} NOT NULL
){keyed};

-- Reminders that were fired: by which rule, for which clock and due time, and how many were told.
CREATE TABLE reminded (
    record {int} NOT NULL,
    clock  {text} NOT NULL,
    due    {int} NOT NULL,
    rule   {text} NOT NULL,
    at     {int} NOT NULL,
    told   {int} NOT NULL,
    PRIMARY KEY (record, clock, due, rule)
){keyed};

-- Whom a person reminded, by a click, of what is missing: of which body (0: none), and how many were told.
CREATE TABLE nudge (
    id     {int} PRIMARY KEY,
    topic  {text} NOT NULL,
    body   {int} NOT NULL,
    at     {int} NOT NULL,
    sender {int} NOT NULL,
    told   {int} NOT NULL,
    words  {text} NOT NULL
){strict};
CREATE INDEX nudge_topic ON nudge (topic, body, at);

-- Records in a state that waits for somebody: who brought it there and when.
CREATE TABLE waiting (
    record   {int} PRIMARY KEY,
    register {text} NOT NULL,
    state    {text} NOT NULL,
    since    {int} NOT NULL,
    sender   {int} NOT NULL,
    _area    {text} NOT NULL,
    _body    {int}
){keyed};
CREATE INDEX waiting_state ON waiting (register, state, since);
CREATE TABLE waiting_owner (
    record {int} NOT NULL,
    owner  {int} NOT NULL,
    PRIMARY KEY (record, owner)
){keyed};
CREATE INDEX waiting_owner_owner ON waiting_owner (owner);

-- Records that an account handed on to somebody else.
CREATE TABLE handed (
    account  {int} NOT NULL,
    record   {int} NOT NULL,
    register {text} NOT NULL,
    step     {text} NOT NULL,
    at       {int} NOT NULL,
    PRIMARY KEY (account, record)
){keyed};
CREATE INDEX handed_at ON handed (account, at);
