-- How each side of an indicator was judged last: by which declaration, in which window (days; null: open), on which day.
CREATE TABLE measured (
    side     {int} PRIMARY KEY,
    name     {text} NOT NULL UNIQUE,
    declared {text} NOT NULL,
    since    {int},
    until    {int},
    day      {int} NOT NULL
){strict};

-- Subjects of a side: what each weighs, whether it counts, in which month (yyyymm, 0: none) that came to be, and the day
-- of the evidence it holds by while the window rolls.
CREATE TABLE verdict (
    side    {int} NOT NULL,
    subject {int} NOT NULL,
    area    {text} NOT NULL,
    body    {int} NOT NULL,
    weight  {int} NOT NULL,
    counts  {int} NOT NULL,
    month   {int} NOT NULL,
    held    {int},
    PRIMARY KEY (side, subject)
){keyed};

-- Verdicts added up; follows every change of a verdict in the same transaction. body 0: none.
CREATE TABLE tally (
    side     {int} NOT NULL,
    area     {text} NOT NULL,
    body     {int} NOT NULL,
    month    {int} NOT NULL,
    counting {int} NOT NULL,
    whole    {int} NOT NULL,
    PRIMARY KEY (side, area, body, month)
){keyed};
