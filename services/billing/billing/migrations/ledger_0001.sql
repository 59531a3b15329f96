-- The one way money moves. All of the given transfers are booked, or none:
--   unopened    a wallet is not there yet (place 0)
--   known       this key stands already with the same content (transfer_id says where)
--   key_reused  this key stands already with other content
--   short       a customer's wallet would fall below its credit limit
--   new         booked
-- Customers' wallets are locked in the order of their ids, so that two calls never
-- wait for each other in a ring. System accounts are only added to.
CREATE FUNCTION post_transfers(
    p_actor text,
    p_at timestamptz,
    t_ids uuid[],
    t_partners uuid[],
    t_scopes text[],
    t_keys text[],
    t_hashes text[],
    t_causes text[],
    t_references text[],
    t_reverses uuid[],
    l_places integer[],
    l_wallets uuid[],
    l_amounts bigint[],
    l_entries uuid[]
) RETURNS TABLE (place integer, transfer_id uuid, outcome text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    booked bigint;
BEGIN
    PERFORM 1 FROM wallet w
     WHERE w.id = ANY (l_wallets) AND NOT w.is_system
     ORDER BY w.id FOR NO KEY UPDATE;

    IF EXISTS (
        SELECT FROM unnest(l_wallets) AS l (id)
         WHERE NOT EXISTS (SELECT FROM wallet w WHERE w.id = l.id)
    ) THEN
        RETURN QUERY SELECT 0, NULL::uuid, 'unopened';
        RETURN;
    END IF;

    RETURN QUERY
    SELECT g.place::integer, t.id,
           CASE WHEN t.request_hash = g.hash THEN 'known' ELSE 'key_reused' END
      FROM unnest(t_partners, t_keys, t_hashes)
           WITH ORDINALITY AS g (partner, key, hash, place)
      JOIN transfer t ON t.partner_id = g.partner AND t.key = g.key;
    IF FOUND THEN
        RETURN;
    END IF;

    RETURN QUERY
    SELECT DISTINCT r.place, NULL::uuid, 'short'
      FROM (
        SELECT l.place, l.amount, w.credit_limit_minor AS credit,
               w.balance_minor
               + sum(l.amount) OVER (PARTITION BY l.wallet ORDER BY l.place) AS after
          FROM unnest(l_places, l_wallets, l_amounts) AS l (place, wallet, amount)
          JOIN wallet w ON w.id = l.wallet
         WHERE NOT w.is_system
      ) AS r
     WHERE r.amount < 0 AND r.after < -r.credit;
    IF FOUND THEN
        RETURN;
    END IF;

    INSERT INTO transfer (id, partner_id, scope, key, request_hash, cause, reference,
                          actor, reverses_id, created_at)
    SELECT g.id, g.partner, g.scope, g.key, g.hash, g.cause, g.reference,
           p_actor, g.reverses, p_at
      FROM unnest(t_ids, t_partners, t_scopes, t_keys, t_hashes, t_causes,
                  t_references, t_reverses)
           AS g (id, partner, scope, key, hash, cause, reference, reverses)
        ON CONFLICT (partner_id, key) DO NOTHING;
    GET DIAGNOSTICS booked = ROW_COUNT;
    IF booked <> cardinality(t_ids) THEN
        RAISE EXCEPTION 'a transfer with the same key was booked just now'
            USING ERRCODE = 'serialization_failure';
    END IF;

    WITH legs AS MATERIALIZED (
        SELECT l.place, l.wallet, l.amount, l.entry, w.is_system,
               w.balance_minor + sum(l.amount) OVER in_turn AS after,
               w.version + row_number() OVER in_turn AS version
          FROM unnest(l_places, l_wallets, l_amounts, l_entries)
               AS l (place, wallet, amount, entry)
          JOIN wallet w ON w.id = l.wallet
        WINDOW in_turn AS (PARTITION BY l.wallet ORDER BY l.place)
    ), moved AS (
        UPDATE wallet w
           SET balance_minor = w.balance_minor + sums.amount,
               version = w.version + sums.entries
          FROM (SELECT l.wallet, sum(l.amount) AS amount, count(*) AS entries
                  FROM legs l WHERE NOT l.is_system GROUP BY l.wallet) AS sums
         WHERE w.id = sums.wallet
    )
    INSERT INTO entry (id, transfer_id, wallet_id, amount_minor,
                       balance_after_minor, wallet_version)
    SELECT l.entry, t_ids[l.place], l.wallet, l.amount,
           CASE WHEN NOT l.is_system THEN l.after END,
           CASE WHEN NOT l.is_system THEN l.version END
      FROM legs l;

    RETURN QUERY
    SELECT g.place::integer, g.id, 'new'
      FROM unnest(t_ids) WITH ORDINALITY AS g (id, place);
END $$;

-- Entries of a transfer sum to zero in each asset, checked when all are written.
CREATE FUNCTION check_transfer_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM entry e LEFT JOIN wallet w ON w.id = e.wallet_id
         WHERE e.transfer_id = NEW.transfer_id
         GROUP BY w.asset
        HAVING sum(e.amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'the entries of transfer % do not sum to zero', NEW.transfer_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER entry_sums_to_zero
    AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_transfer_balance();

-- What is booked stays as it is; a mistake is undone by a transfer that reverses it.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER transfer_is_final
    BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER entry_is_final
    BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER wallet_stays
    BEFORE DELETE OR TRUNCATE ON wallet
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A wallet's row changes with every sale: leave room to change it in place.
ALTER TABLE wallet SET (fillfactor = 70);
