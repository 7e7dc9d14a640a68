-- A record by one number, so that its row stands whole in a page: a row of the table before took 4.8 KB, this one 1.4.
--
-- Each incarnation of a store has a number, given once and never again. A record's `place` is that number times 2^40 plus its sequence:
-- past 2^53, so it is computed in SQL alone, where integers have 64 bits.
CREATE TABLE chain (
  number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 8388607),
  store TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  UNIQUE (store, incarnation)
) STRICT;
-- The audit trail: every record of every store, in the order of its chain. Append-only.
-- `hash` is SHA-256 over the predecessor's hash, the place and the record (docs/formats.md); `record` is the one string that was
-- hashed, and is stored as it is. An index row costs as much as a record: there is one until something measured needs another.
CREATE TABLE records (
  place INTEGER PRIMARY KEY,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  time INTEGER NOT NULL, -- milliseconds since the epoch
  hash TEXT NOT NULL,
  record TEXT NOT NULL
) STRICT;
INSERT INTO chain (store, incarnation) SELECT DISTINCT store, incarnation FROM trail ORDER BY store, incarnation;
INSERT INTO records (place, account, region, time, hash, record)
  SELECT (number << 40) + sequence, account, region, time, hash, record FROM trail JOIN chain USING (store, incarnation)
  ORDER BY number, sequence;
DROP TABLE trail;
ALTER TABLE records RENAME TO trail;
CREATE INDEX trail_time ON trail (account, region, time);
