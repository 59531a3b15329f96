-- Whoever writes money holds its customer's row: they finish first, and none deadlocks.
LOCK TABLE customer_copy IN EXCLUSIVE MODE;
LOCK TABLE wallet, entry IN ACCESS EXCLUSIVE MODE;

-- One transfer between two accounts, the most frequent: as `post_transfers` books it,
-- with the same outcomes, but each table is asked once.
CREATE FUNCTION post_transfer(
    p_actor text,
    p_at timestamptz,
    p_id uuid,
    p_partner uuid,
    p_scope text,
    p_key text,
    p_hash text,
    p_cause text,
    p_reference text,
    p_reverses uuid,
    p_source uuid,
    p_source_entry uuid,
    p_target uuid,
    p_target_entry uuid,
    p_amount bigint,
    OUT transfer_id uuid,
    OUT outcome text
) LANGUAGE plpgsql AS $$
DECLARE
    held record;
    locked integer := 0;
    wallets integer;
    kept integer;
    source_after bigint;
    source_version bigint;
    target_after bigint;
    target_version bigint;
    is_short boolean := false;
BEGIN
    -- Whoever keeps a balance is locked, in the order of ids; the others are not.
    FOR held IN
        SELECT w.id, w.balance_minor, w.version, w.credit_limit_minor FROM wallet w
         WHERE w.id IN (p_source, p_target) AND NOT w.is_system
         ORDER BY w.id FOR NO KEY UPDATE
    LOOP
        locked := locked + 1;
        IF held.id = p_source THEN
            source_after := held.balance_minor - p_amount;
            source_version := held.version + 1;
            is_short := source_after < -held.credit_limit_minor;
        ELSE
            target_after := held.balance_minor + p_amount;
            target_version := held.version + 1;
        END IF;
    END LOOP;

    -- One that was opened since is not locked: as good as not opened yet.
    SELECT count(*), count(*) FILTER (WHERE NOT w.is_system) INTO wallets, kept
      FROM wallet w WHERE w.id IN (p_source, p_target);
    IF wallets < 2 OR kept > locked THEN
        outcome := 'unopened';
        RETURN;
    END IF;

    IF NOT is_short THEN
        INSERT INTO transfer (id, partner_id, scope, key, request_hash, cause,
                              reference, actor, reverses_id, created_at)
        VALUES (p_id, p_partner, p_scope, p_key, p_hash, p_cause,
                p_reference, p_actor, p_reverses, p_at)
        ON CONFLICT (partner_id, key) DO NOTHING;
    END IF;
    IF is_short OR NOT FOUND THEN
        SELECT t.id, CASE WHEN t.request_hash = p_hash THEN 'known' ELSE 'key_reused' END
          INTO transfer_id, outcome
          FROM transfer t WHERE t.partner_id = p_partner AND t.key = p_key;
        IF NOT FOUND THEN
            IF NOT is_short THEN
                RAISE EXCEPTION 'a transfer with the same key was booked just now'
                    USING ERRCODE = 'serialization_failure';
            END IF;
            outcome := 'short';
        END IF;
        RETURN;
    END IF;

    IF source_version IS NOT NULL THEN
        UPDATE wallet SET balance_minor = source_after, version = source_version,
                          updated_at = clock_timestamp()
         WHERE id = p_source;
    END IF;
    IF target_version IS NOT NULL THEN
        UPDATE wallet SET balance_minor = target_after, version = target_version,
                          updated_at = clock_timestamp()
         WHERE id = p_target;
    END IF;
    INSERT INTO entry (id, transfer_id, wallet_id, amount_minor,
                       balance_after_minor, wallet_version)
    VALUES (p_source_entry, p_id, p_source, -p_amount, source_after, source_version),
           (p_target_entry, p_id, p_target, p_amount, target_after, target_version);
    transfer_id := p_id;
    outcome := 'new';
END $$;

-- Entries of a transfer sum to zero in each asset: in every statement that writes some.
-- What is written is never changed, so all entries of a transfer sum to zero, too.
CREATE FUNCTION check_written_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT e.transfer_id INTO wrong
      FROM written e LEFT JOIN wallet w ON w.id = e.wallet_id
     GROUP BY e.transfer_id, w.asset
    HAVING sum(e.amount_minor) <> 0
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the entries of transfer % do not sum to zero', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER entry_sums_to_zero ON entry;
CREATE TRIGGER entry_sums_to_zero AFTER INSERT ON entry
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_written_entries();
DROP FUNCTION check_transfer_balance();

-- Who says itself when a wallet changed is spared the comparison of the whole row.
DROP TRIGGER note_change ON wallet;
CREATE TRIGGER note_change BEFORE UPDATE ON wallet FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.* AND OLD.updated_at = NEW.updated_at)
    EXECUTE FUNCTION note_change();
