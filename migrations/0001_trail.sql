-- The audit trail: every record of every store, in the order of its chain. Append-only.
-- `hash` is SHA-256 over the predecessor's hash, the place and the record (docs/formats.md); `record` is the one string that was
-- hashed, and is stored as it is. An index row costs as much as a record: there is one until something measured needs another.
CREATE TABLE trail (
  store TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  time INTEGER NOT NULL, -- milliseconds since the epoch
  hash TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (store, incarnation, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX trail_time ON trail (account, region, time);
