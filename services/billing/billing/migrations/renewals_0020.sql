-- The ids of one set, beside those that Python makes (UUID version 7): all begin with
-- the twelve digits `made` of one such id and end with the twelve digits `chance`, and
-- `place` lets them differ and rise.
CREATE FUNCTION ordered_id(made text, place bigint, chance text) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (made || to_hex(28672 + (place >> 14 & 4095))
                 || to_hex(32768 + (place & 16383)) || chance)::uuid
$$;

-- What is left of funds after prices, each taken where what is left covers it.
CREATE FUNCTION take_price(remaining bigint, funds bigint, price bigint) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF remaining IS NULL THEN
        remaining := funds;
    END IF;
    IF price <= remaining THEN
        remaining := remaining - price;
    END IF;
    RETURN remaining;
END $$;
CREATE AGGREGATE left_over(funds bigint, price bigint) (
    SFUNC = take_price, STYPE = bigint, PARALLEL = SAFE
);

-- An instant as services tell it each other: whole seconds, or six places more.
CREATE FUNCTION wire_time(at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT replace(
        to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z'
    )
$$;

-- Who says itself when a row changed is spared the comparison of the whole row.
DROP TRIGGER note_change ON subscription;
CREATE TRIGGER note_change BEFORE UPDATE ON subscription FOR EACH ROW
    WHEN (OLD.updated_at = NEW.updated_at AND OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION note_change();
DROP TRIGGER note_change ON subscription_period;
CREATE TRIGGER note_change BEFORE UPDATE ON subscription_period FOR EACH ROW
    WHEN (OLD.updated_at = NEW.updated_at AND OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION note_change();

-- Open periods of a subscription never overlap: checked once for each statement that
-- writes some. The subscriptions are locked first, so that what others write of them
-- meanwhile is waited for, and seen.
CREATE FUNCTION check_written_periods() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    rule CONSTANT text := 'ex_subscription_period_overlap';
    wrong uuid;
BEGIN
    PERFORM FROM subscription s
      WHERE s.id IN (SELECT w.subscription_id FROM written w WHERE w.closed_at IS NULL)
      ORDER BY s.id FOR NO KEY UPDATE;
    SELECT w.id INTO wrong
      FROM written w
      JOIN subscription_period p
        ON p.subscription_id = w.subscription_id AND p.id <> w.id
       AND p.starts_at < w.ends_at AND p.ends_at > w.starts_at
     WHERE w.closed_at IS NULL AND p.closed_at IS NULL
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'period % overlaps another one (%)', wrong, rule
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = rule;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_overlap_inserted AFTER INSERT ON subscription_period
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_written_periods();
CREATE TRIGGER no_overlap_updated AFTER UPDATE ON subscription_period
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_written_periods();
ALTER TABLE subscription_period DROP CONSTRAINT ex_subscription_period_overlap;
