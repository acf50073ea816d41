"""Asks DuckDB the questions of ask.json: loads the tables from CSV, answers all questions five times, prints what it found."""
import json
import sys
import time

import duckdb

ask = json.load(open(sys.argv[1]))
db = duckdb.connect()
begin = time.perf_counter()
for table, columns in ask["tables"].items():
    db.execute(f'CREATE TABLE "{table}" ({columns})')
    db.execute(f"""COPY "{table}" FROM '{ask["folder"]}/{table[2:]}.csv' (HEADER false, NULLSTR '')""")
load = time.perf_counter() - begin
times = []
for _ in range(5):
    begin = time.perf_counter()
    sums = {name: db.execute(question).fetchall()[0] for name, question in ask["questions"].items()}
    times.append(time.perf_counter() - begin)
threads = db.execute("SELECT current_setting('threads')").fetchall()[0][0]
answer = {"version": duckdb.__version__, "threads": threads, "load": load, "asked": sorted(times)[2], "sums": sums}
print(json.dumps(answer))
