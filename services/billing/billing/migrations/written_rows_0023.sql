-- What a statement writes is checked once for all of its rows, instead of once for each
-- of them by foreign keys: what is pointed at is there, and is never removed.

-- Entries belong to a transfer and sum to zero in each asset.
CREATE OR REPLACE FUNCTION check_written_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT * INTO wrong FROM (
        SELECT transfer_id, sum(amount_minor) = 0 AS is_even,
               (SELECT t.id FROM transfer t WHERE t.id = transfer_id) AS known_id
          FROM (SELECT e.*, (SELECT w.asset FROM wallet w WHERE w.id = e.wallet_id)
                  FROM written e) AS leg
         GROUP BY transfer_id, asset
      ) AS checked
     WHERE NOT is_even OR known_id IS NULL
     LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    ELSIF wrong.known_id IS NOT NULL THEN
        RAISE EXCEPTION 'the entries of transfer % do not sum to zero', wrong.transfer_id
            USING ERRCODE = 'check_violation';
    END IF;
    RAISE EXCEPTION 'there is no transfer % that entries are of', wrong.transfer_id
        USING ERRCODE = 'foreign_key_violation';
END $$;
ALTER TABLE entry DROP CONSTRAINT fk_entry_transfer_id_transfer;

-- Periods belong to a subscription, a plan and the transfer that paid for them, and open
-- ones of a subscription never overlap. The subscriptions are locked first, so that what
-- others write of them meanwhile is waited for, and seen. Since those that were there do
-- not overlap, each has to be compared with one alone: the last to begin before its end.
CREATE OR REPLACE FUNCTION check_written_periods() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rule CONSTANT text := 'ex_subscription_period_overlap';
    wrong uuid;
BEGIN
    SELECT w.id INTO wrong
      FROM written w
     WHERE (SELECT s.id FROM subscription s WHERE s.id = w.subscription_id) IS NULL
        OR (SELECT p.id FROM plan p WHERE p.id = w.plan_id) IS NULL
        OR w.transfer_id IS NOT NULL
           AND (SELECT t.id FROM transfer t WHERE t.id = w.transfer_id) IS NULL
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'period % is of something that is not there', wrong
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    PERFORM FROM subscription s
      WHERE s.id IN (SELECT w.subscription_id FROM written w WHERE w.closed_at IS NULL)
      ORDER BY s.id FOR NO KEY UPDATE;
    SELECT w.id INTO wrong
      FROM written w
     CROSS JOIN LATERAL (
        SELECT p.ends_at
          FROM subscription_period p
         WHERE p.subscription_id = w.subscription_id AND p.id <> w.id
           AND p.starts_at < w.ends_at AND p.closed_at IS NULL
         ORDER BY p.starts_at DESC
         LIMIT 1
      ) AS before
     WHERE w.closed_at IS NULL AND before.ends_at > w.starts_at
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'period % overlaps another one (%)', wrong, rule
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = rule;
    END IF;
    RETURN NULL;
END $$;
ALTER TABLE subscription_period
    DROP CONSTRAINT fk_subscription_period_subscription_id_subscription,
    DROP CONSTRAINT fk_subscription_period_plan_id_plan,
    DROP CONSTRAINT fk_subscription_period_transfer_id_transfer;
CREATE TRIGGER subscription_stays
    BEFORE DELETE OR TRUNCATE OR UPDATE OF id ON subscription
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_stays
    BEFORE DELETE OR TRUNCATE OR UPDATE OF id ON plan
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Indexes that say what another one or a check says, too, or hold nothing but nulls.
DROP INDEX uq_subscription_period_start;
DROP INDEX ix_wallet_scope;
DROP INDEX ix_wallet_balance;
ALTER TABLE subscription_period DROP CONSTRAINT uq_subscription_period_seat_id;
CREATE UNIQUE INDEX uq_subscription_period_seat_id ON subscription_period (seat_id)
    WHERE seat_id IS NOT NULL;
ALTER TABLE transfer DROP CONSTRAINT uq_transfer_reverses_id;
CREATE UNIQUE INDEX uq_transfer_reverses_id ON transfer (reverses_id)
    WHERE reverses_id IS NOT NULL;
