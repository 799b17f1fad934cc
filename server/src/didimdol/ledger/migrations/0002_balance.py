"""The database keeps the balance: whoever writes, and however."""

from __future__ import annotations

from django.db import migrations

BALANCE = """
CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entry ledger_entry%ROWTYPE;
  posted integer;
  wrong text;
BEGIN
  -- Deferred to the end of the transaction: an entry is judged whole.
  IF TG_TABLE_NAME = 'ledger_entry' THEN
    SELECT * INTO entry FROM ledger_entry WHERE id = NEW.id;
  ELSE
    SELECT * INTO entry FROM ledger_entry WHERE id = NEW.entry_id;
  END IF;
  IF entry.id IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT count(*) INTO posted FROM ledger_posting WHERE entry_id = entry.id;
  IF posted <> entry.lines THEN
    RAISE EXCEPTION 'ledger: entry % has % postings, not %', entry.key, posted, entry.lines
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_whole';
  END IF;
  SELECT string_agg(currency || ' ' || total, ', ') INTO wrong FROM (
    SELECT a.currency, sum(p.amount) AS total
      FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
     WHERE p.entry_id = entry.id GROUP BY a.currency HAVING sum(p.amount) <> 0) AS sums;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'ledger: entry % does not come to zero (%)', entry.key, wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
              WHERE p.entry_id = entry.id AND a.challenge <> entry.challenge) THEN
    RAISE EXCEPTION 'ledger: entry % touches an account of another challenge', entry.key
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_in_one_challenge';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT OR UPDATE ON ledger_entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT OR UPDATE ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();

CREATE FUNCTION ledger_lock_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- One writer at a time of an account with a floor: the sum below is read after the writer before has committed.
  -- NO KEY: it does not wait for the foreign keys of others, so two writers cannot wait for each other in a circle.
  PERFORM 1 FROM ledger_account WHERE id = NEW.account_id AND never_negative FOR NO KEY UPDATE;
  RETURN NEW;
END $$;

CREATE TRIGGER ledger_account_lock BEFORE INSERT OR UPDATE ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION ledger_lock_account();

CREATE FUNCTION ledger_check_floor() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  account ledger_account%ROWTYPE;
  total numeric;
BEGIN
  SELECT * INTO account FROM ledger_account WHERE id = NEW.account_id;
  IF account.never_negative THEN
    SELECT sum(amount) INTO total FROM ledger_posting WHERE account_id = account.id;
    IF total < 0 THEN
      RAISE EXCEPTION 'ledger: account % of % would stand at %', account.code, account.owner, total
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_account_floor';
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_account_floor AFTER INSERT OR UPDATE ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_floor();

CREATE FUNCTION ledger_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.challenge, NEW.owner, NEW.code, NEW.currency, NEW.never_negative)
     IS DISTINCT FROM (OLD.challenge, OLD.owner, OLD.code, OLD.currency, OLD.never_negative) THEN
    RAISE EXCEPTION 'ledger: what an account is never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER ledger_account_kept BEFORE UPDATE ON ledger_account
  FOR EACH ROW EXECUTE FUNCTION ledger_keep_account();
"""

UNDO = """
DROP TRIGGER ledger_account_kept ON ledger_account;
DROP TRIGGER ledger_account_floor ON ledger_posting;
DROP TRIGGER ledger_account_lock ON ledger_posting;
DROP TRIGGER ledger_posting_balanced ON ledger_posting;
DROP TRIGGER ledger_entry_balanced ON ledger_entry;
DROP FUNCTION ledger_keep_account(), ledger_check_floor(), ledger_lock_account(), ledger_check_entry();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(BALANCE, UNDO)]
