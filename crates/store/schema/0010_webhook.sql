-- Addresses that are told of changes: which registers and acts (JSON lists, null: all), the key they are signed with, and the
-- number of the last change looked at.
CREATE TABLE webhook (
    id         {int} PRIMARY KEY,
    title      {text} NOT NULL,
    url        {text} NOT NULL,
    registers  {text},
    acts       {text},
    secret     {text} NOT NULL,
    seen       {int} NOT NULL,
    created_by {int} NOT NULL,
    created_at {int} NOT NULL
){strict};

-- What each was told, or is to be told: next_at null: it is over, delivered or given up.
CREATE TABLE webhook_delivery (
    id           {int} PRIMARY KEY,
    webhook      {int} NOT NULL,
    seq          {int} NOT NULL,
    body         {text} NOT NULL,
    tries        {int} NOT NULL,
    next_at      {int},
    delivered_at {int},
    status       {int},
    error        {text},
    UNIQUE (webhook, seq)
){strict};
CREATE INDEX webhook_delivery_next ON webhook_delivery (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_delivery_hook ON webhook_delivery (webhook, id);
