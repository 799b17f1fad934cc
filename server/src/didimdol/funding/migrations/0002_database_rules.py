"""What the database itself refuses: money over what was agreed or over the cap, a payment that changes its mind, a
released payment without its entry."""

from __future__ import annotations

from django.db import migrations

RULES = """
CREATE FUNCTION funding_check_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  cap bigint;
  project projects_project%ROWTYPE;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'funding: a commitment is never changed (%)', TG_OP
      USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_kept';
  END IF;
  SELECT * INTO project FROM projects_project WHERE id = NEW.project_id;
  IF (project.challenge_id, project.startup_id) IS DISTINCT FROM (NEW.challenge_id, NEW.startup_id)
     OR project.signed_at IS NULL OR NEW.amount > project."grant" THEN
    RAISE EXCEPTION 'funding: the commitment does not follow from the signed project'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_of_its_project';
  END IF;
  SELECT (r.canonical -> 'grant' ->> 'cap')::bigint INTO cap
    FROM programmes_challenge c JOIN programmes_rulebook r ON r.id = c.rulebook_id WHERE c.id = NEW.challenge_id;
  IF cap IS NULL OR NEW.cap > cap THEN
    RAISE EXCEPTION 'funding: the cap is %, not %', cap, NEW.cap
      USING ERRCODE = 'check_violation', CONSTRAINT = 'commitment_cap_of_the_rulebook';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER funding_commitment_kept BEFORE INSERT OR UPDATE OR DELETE ON funding_commitment
  FOR EACH ROW EXECUTE FUNCTION funding_check_commitment();

CREATE FUNCTION funding_check_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  agreed funding_commitment%ROWTYPE;
  project projects_project%ROWTYPE;
  milestone projects_milestone%ROWTYPE;
  total numeric;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'funding: a payment is cancelled, never deleted'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_kept';
  END IF;
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state IN ('released', 'cancelled') AND NEW.state <> OLD.state THEN
      RAISE EXCEPTION 'funding: a payment that is % stays so', OLD.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_final';
    END IF;
    IF (NEW.project_id, NEW.milestone_id, NEW.amount, NEW.requested_by_id)
       IS DISTINCT FROM (OLD.project_id, OLD.milestone_id, OLD.amount, OLD.requested_by_id)
       OR (OLD.state = 'released' AND (NEW.account_id, NEW.account_digest, NEW.approved_by_id, NEW.released_by_id,
           NEW.released_at, NEW.reference) IS DISTINCT FROM (OLD.account_id, OLD.account_digest, OLD.approved_by_id,
           OLD.released_by_id, OLD.released_at, OLD.reference)) THEN
      RAISE EXCEPTION 'funding: what a payment is never changes'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_identity';
    END IF;
    IF NEW.state = 'released' AND OLD.state NOT IN ('approved', 'released') THEN
      RAISE EXCEPTION 'funding: only an approved payment is released'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_approved_first';
    END IF;
  ELSIF NEW.state <> 'requested' THEN
    RAISE EXCEPTION 'funding: a payment begins as requested'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_requested_first';
  END IF;
  IF NEW.state = 'cancelled' THEN
    RETURN NEW;
  END IF;
  SELECT * INTO project FROM projects_project WHERE id = NEW.project_id;
  -- One at a time for a startup in a challenge, so that the sums below are read after the one before has committed.
  PERFORM 1 FROM funding_commitment
   WHERE challenge_id = project.challenge_id AND startup_id = project.startup_id ORDER BY id FOR NO KEY UPDATE;
  SELECT * INTO agreed FROM funding_commitment WHERE project_id = NEW.project_id;
  SELECT * INTO milestone FROM projects_milestone WHERE id = NEW.milestone_id;
  IF agreed.id IS NULL OR milestone.project_id <> NEW.project_id OR milestone.amount <> NEW.amount
     OR (milestone.state <> 'approved' AND NEW.state <> 'held') THEN
    RAISE EXCEPTION 'funding: the payment does not follow from an approved milestone of a signed project'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_of_an_approved_milestone';
  END IF;
  SELECT coalesce(sum(amount), 0) + NEW.amount INTO total FROM funding_disbursement
   WHERE project_id = NEW.project_id AND state <> 'cancelled' AND id <> NEW.id;
  IF total > least(agreed.amount, project."grant") THEN
    RAISE EXCEPTION 'funding: payments of % would come to %, over the grant of %', project.number, total, agreed.amount
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_within_the_grant';
  END IF;
  SELECT coalesce(sum(d.amount), 0) + NEW.amount INTO total
    FROM funding_disbursement d JOIN projects_project p ON p.id = d.project_id
   WHERE p.challenge_id = project.challenge_id AND p.startup_id = project.startup_id
     AND d.state <> 'cancelled' AND d.id <> NEW.id;
  IF total > agreed.cap THEN
    RAISE EXCEPTION 'funding: payments of the startup would come to %, over the cap of %', total, agreed.cap
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_within_the_cap';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER funding_payment_checked BEFORE INSERT OR UPDATE OR DELETE ON funding_disbursement
  FOR EACH ROW EXECUTE FUNCTION funding_check_payment();

CREATE FUNCTION funding_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Deferred: the payment and its entry are judged together, at the end of the transaction.
  IF (SELECT state FROM funding_disbursement WHERE id = NEW.id) = 'released' AND NOT EXISTS (
      SELECT 1 FROM ledger_entry e
        JOIN ledger_posting p ON p.entry_id = e.id JOIN ledger_account a ON a.id = p.account_id
       WHERE e.key = 'disbursement:' || NEW.id AND a.code = 'paid' AND a.owner = NEW.project_id
         AND p.amount = NEW.amount) THEN
    RAISE EXCEPTION 'funding: payment % is released without its entry', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_in_the_books';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER funding_payment_in_the_books AFTER INSERT OR UPDATE ON funding_disbursement
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funding_check_entry();
"""

UNDO = """
DROP TRIGGER funding_payment_in_the_books ON funding_disbursement;
DROP TRIGGER funding_payment_checked ON funding_disbursement;
DROP TRIGGER funding_commitment_kept ON funding_commitment;
DROP FUNCTION funding_check_entry(), funding_check_payment(), funding_check_commitment();
"""


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial"), ("ledger", "0002_balance")]

    operations = [migrations.RunSQL(RULES, UNDO)]
