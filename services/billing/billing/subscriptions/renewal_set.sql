-- Renewals of a chunk of customers by the set, as `renewal_set.py` runs it.
-- The statements follow one another in one transaction that holds the customers'
-- locks. What is decided stands in the temporary table `renewal`, a row for each
-- subscription that is due, in turn: the earliest end first, then the older user.

-- name: plan_by_index
-- What a chunk touches is in memory: looked up row by row, no table is read whole.
SET LOCAL random_page_cost = 1;

-- name: hold_funds
-- Those of the customers, and of the sellers right above what is due.
SELECT FROM wallet
 WHERE owner_id = ANY (
        CAST(:customers AS uuid[]) || ARRAY(
            SELECT DISTINCT CAST(split_part(scope, '/', -3) AS uuid)
              FROM subscription
             WHERE customer_id = ANY (CAST(:customers AS uuid[]))
               AND renewal_due_at <= :now + :lead
        )
       )
   AND account_purpose = 'balance'
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: zones
SELECT DISTINCT a.time_zone
  FROM account_copy a
  JOIN customer_copy c ON c.partner_id = a.id
 WHERE c.id = ANY (CAST(:customers AS uuid[])) AND a.kind = 'partner';

-- name: decide
CREATE TEMPORARY TABLE renewal AS
WITH clock AS MATERIALIZED (
    SELECT *
      FROM jsonb_to_recordset(CAST(:clocks AS jsonb))
           AS c (zone text, changes timestamptz[], walls timestamp[], offsets interval[])
), due AS (
    SELECT row_number() OVER (ORDER BY s.ends_at, s.user_id) AS turn,
           s.id AS subscription_id, s.version + 1 AS version,
           s.user_id, s.customer_id, s.partner_id, s.scope,
           s.started_at, s.ends_at AS ended_at, s.anchor_at, s.anchor_months,
           p.id AS plan_id, p.name AS plan_name, paid.seller_id, paid.owner_id,
           paid.asset, coalesce(price.minor, 0) AS price,
           p.months, p.days,
           r.id AS product_id, r.version AS product_version,
           r.name AS product_name, r.is_trial,
           w.id AS wallet_id, coalesce(w.credit_limit_minor, 0) AS credit,
           coalesce(w.balance_minor + w.credit_limit_minor, 0) AS available,
           a.time_zone AS zone,
           CASE WHEN :now <= s.ends_at + :served_late THEN s.ends_at
                ELSE :now END AS starts_at,
           CASE WHEN s.state = 'stopped'
                     OR greatest(s.ends_at, -- as `waiting.is_over`
                                 CASE WHEN a.away_since >= s.ends_at + :window THEN NULL
                                      ELSE a.served_since END) + :window <= :now
                THEN 'over'
                WHEN r.is_trial THEN 'trial'
                WHEN p.retired_at IS NOT NULL
                     AND coalesce(p.renewable_until <= :now, true) THEN 'plan_retired'
                WHEN l.plan_id IS NULL AND EXISTS (
                    SELECT FROM seller_prices WHERE seller_id = seller.id
                ) AND NOT (paid.seller_id IS NOT NULL AND EXISTS (
                    -- Postpaid: every plan of the products on the list.
                    SELECT FROM seller_prices other
                      JOIN plan ON plan.id = other.plan_id
                     WHERE other.seller_id = seller.id
                       AND plan.product_id = p.product_id
                )) THEN 'plan_not_allowed'
                WHEN price.minor IS NULL THEN 'no_credit_price'
                WHEN u.status <> 'active' OR c.status <> 'active' THEN 'inactive'
                WHEN s.suspended_at IS NOT NULL THEN 'suspended'
                WHEN NOT s.renews THEN 'replaced'
                ELSE '' END AS obstacle
      FROM subscription s
      JOIN plan p ON p.id = coalesce(s.next_plan_id, s.plan_id)
      JOIN product r ON r.id = p.product_id
     CROSS JOIN LATERAL (
        -- The account right above: its list says what is sold, and for how much.
        -- The terms of the one right below the partner say who pays.
        SELECT CAST(nullif(split_part(s.scope, '/', -3), '') AS uuid) AS id,
               CAST(nullif(split_part(s.scope, '/', 3), '') AS uuid) AS top_id
      ) AS seller
      LEFT JOIN seller_prices l ON l.seller_id = seller.id AND l.plan_id = p.id
      LEFT JOIN seller_terms t ON t.seller_id = seller.top_id
     CROSS JOIN LATERAL (
        SELECT CASE WHEN t.type = 'postpaid' THEN seller.id END AS seller_id,
               CASE WHEN t.type = 'postpaid' THEN seller.id
                    ELSE s.customer_id END AS owner_id,
               CASE WHEN t.type = 'postpaid' THEN 'CREDIT' ELSE p.asset END AS asset,
               CASE WHEN t.type = 'postpaid' THEN p.credits_minor
                    ELSE p.price_minor END AS list_minor
      ) AS paid
     CROSS JOIN LATERAL (
        -- The own price, else the list price less the discount, rounded up.
        SELECT coalesce(
                   CASE WHEN l.asset = paid.asset THEN l.price_minor END,
                   paid.list_minor
                   - paid.list_minor * coalesce(l.discount_percent, 0) / 100
               ) AS minor
      ) AS price
      LEFT JOIN account_copy a ON a.id = s.partner_id AND a.kind = 'partner'
      LEFT JOIN (user_copy u JOIN customer_copy c ON c.id = u.customer_id)
             ON u.id = s.user_id
      LEFT JOIN wallet w
             ON w.owner_id = paid.owner_id AND w.purpose = 'balance'
            AND w.asset = paid.asset
     WHERE s.customer_id = ANY (CAST(:customers AS uuid[]))
       AND s.renewal_due_at <= :now + :lead
       AND (s.put_off_until IS NULL OR s.put_off_until <= :now)
       AND coalesce(a.status, 'active') = 'active'
), placed AS (
    -- Months as `terms.Anchor` counts them: on the partner's wall clock, from the
    -- anchor where the period follows on, from its own start after a gap.
    SELECT due.*, c.zone IS NULL AS is_placeless,
           CASE WHEN anchor_months = 0 THEN anchor_at
                ELSE (counted.wall - c.offsets[width_bucket(counted.wall, c.walls)])
                     AT TIME ZONE 'UTC' END = starts_at AS follows_on
      FROM due
      LEFT JOIN clock c ON c.zone = due.zone
     CROSS JOIN LATERAL (
        SELECT anchor_at AT TIME ZONE 'UTC'
               + c.offsets[width_bucket(anchor_at, c.changes)]
               + make_interval(months => least(anchor_months, :most_months)::int)
        OFFSET 0
      ) AS counted (wall)
    OFFSET 0
), based AS (
    SELECT placed.*,
           CASE WHEN follows_on THEN anchor_at ELSE starts_at END AS base_at,
           CASE WHEN follows_on THEN anchor_months ELSE 0 END + months AS base_months
      FROM placed
    OFFSET 0
), dated AS (
    SELECT based.*,
           CASE WHEN days > 0
                THEN starts_at + least(days, :most_days) * interval '24 hours'
                ELSE (next.wall - c.offsets[width_bucket(next.wall, c.walls)])
                     AT TIME ZONE 'UTC' END AS ends_at
      FROM based
      LEFT JOIN clock c ON c.zone = based.zone
     CROSS JOIN LATERAL (
        SELECT base_at AT TIME ZONE 'UTC' + c.offsets[width_bucket(base_at, c.changes)]
               + make_interval(months => least(base_months, :most_months)::int)
        OFFSET 0
      ) AS next (wall)
    OFFSET 0
), checked AS (
    SELECT dated.*,
           is_placeless OR ends_at <= :now OR ends_at - starts_at > :longest AS is_odd
      FROM dated
), funded AS (
    SELECT checked.*,
           coalesce(
               left_over(available, CASE WHEN obstacle = '' AND NOT is_odd THEN price END)
                   OVER (PARTITION BY owner_id, asset ORDER BY turn
                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
               available
           ) AS funds
      FROM checked
)
SELECT turn, subscription_id, version, user_id, customer_id, partner_id, scope,
       started_at, ended_at, starts_at, ends_at,
       CASE WHEN days > 0 THEN ends_at ELSE base_at END AS anchor_at,
       CASE WHEN days > 0 THEN 0 ELSE base_months END AS anchor_months,
       plan_id, plan_name, product_id, product_version, product_name, is_trial,
       price, asset, seller_id, wallet_id, funds - credit AS balance, price - funds AS missing,
       obstacle,
       CASE WHEN obstacle <> '' THEN 'blocked'
            WHEN price > funds THEN 'short'
            WHEN is_odd THEN 'alone'
            ELSE 'renewed' END AS outcome,
       ordered_id(:made, 4 * turn, :chance) AS period_id,
       ordered_id(:made, 4 * turn + 1, :chance) AS transfer_id,
       ordered_id(:made, 4 * turn + 2, :chance) AS debit_id,
       ordered_id(:made, 4 * turn + 3, :chance) AS credit_id
  FROM funded;

-- name: outcomes
SELECT turn, subscription_id::text AS id, version, outcome FROM renewal ORDER BY turn;

-- name: incomes
SELECT DISTINCT partner_id::text AS partner_id, asset
  FROM renewal
 WHERE outcome = 'renewed' AND price > 0;

-- name: movements
SELECT r.turn AS place, r.transfer_id AS id, r.partner_id, 'period:' || r.period_id AS key,
       r.product_name || ', ' || r.plan_name AS reference, r.price AS amount,
       r.wallet_id AS payer_id, i.wallet_id AS payee_id, r.debit_id, r.credit_id
  FROM renewal r
  JOIN unnest(CAST(:partners AS uuid[]), CAST(:assets AS text[]), CAST(:incomes AS uuid[]))
       AS i (partner_id, asset, wallet_id)
    ON i.partner_id = r.partner_id AND i.asset = r.asset
 WHERE r.outcome = 'renewed' AND r.price > 0;

-- name: run_on
UPDATE subscription s
   SET version = r.version, product_version = r.product_version, state = 'running',
       plan_id = r.plan_id, product_id = r.product_id, next_plan_id = NULL,
       ends_at = r.ends_at, anchor_at = r.anchor_at, anchor_months = r.anchor_months,
       renewal_due_at = r.ends_at, failed_tries = 0, put_off_until = NULL,
       updated_at = clock_timestamp()
  FROM renewal r
 WHERE s.id = r.subscription_id AND r.outcome = 'renewed';

-- name: wait
UPDATE subscription s
   SET renewal_due_at = NULL, updated_at = clock_timestamp()
  FROM renewal r
 WHERE s.id = r.subscription_id AND r.outcome IN ('blocked', 'short');

-- name: periods
INSERT INTO subscription_period (
    id, subscription_id, plan_id, starts_at, ends_at, paid_minor, asset, source,
    is_trial, transfer_id, source_wallet_id, refunded_minor, created_at, sold_by
)
SELECT period_id, subscription_id, plan_id, starts_at, ends_at, price, asset,
       CASE WHEN price = 0 THEN 'free' WHEN seller_id IS NULL THEN 'balance'
            ELSE 'credits' END, is_trial,
       CASE WHEN price > 0 THEN transfer_id END,
       CASE WHEN price > 0 THEN wallet_id END, 0, :now, :actor
  FROM renewal
 WHERE outcome = 'renewed'
 ORDER BY turn;

-- name: note_told
UPDATE subscription_period p
   SET fell_short_at = :now, updated_at = clock_timestamp()
  FROM renewal r
 CROSS JOIN LATERAL (
    SELECT last.id, last.fell_short_at
      FROM subscription_period last
     WHERE last.subscription_id = r.subscription_id AND last.closed_at IS NULL
     ORDER BY last.ends_at DESC
     LIMIT 1
  ) AS last
 WHERE (r.outcome = 'short' OR r.obstacle = ANY (:told_obstacles))
   AND last.fell_short_at IS NULL AND p.id = last.id
RETURNING r.turn, r.outcome, p.id::text AS period_id;

-- name: tell_waiting
INSERT INTO outbox (event_id, source, type, envelope)
SELECT t.event_id, 'billing', t.type, jsonb_build_object(
        'id', t.event_id, 'source', 'billing', 'type', t.type,
        'occurred_at', CAST(:occurred_at AS text), 'context', CAST(:context AS jsonb),
        'state', jsonb_build_object(
            'id', t.period_id, 'version', 1, 'partner_id', r.partner_id,
            'scope', r.scope, 'customer_id', r.customer_id, 'user_id', r.user_id,
            'subscription_id', r.subscription_id, 'product_name', r.product_name,
            'ends_at', wire_time(r.ended_at)
        ) || CASE WHEN r.outcome = 'blocked' THEN jsonb_build_object(
            'plan_name', r.plan_name, 'reason', r.obstacle
        ) ELSE jsonb_build_object(
            'price', jsonb_build_object('amount_minor', r.price, 'asset', r.asset),
            'balance', jsonb_build_object('amount_minor', r.balance, 'asset', r.asset),
            'missing', jsonb_build_object('amount_minor', r.missing, 'asset', r.asset),
            'seller_id', r.seller_id
        ) END
       )
  FROM unnest(
        CAST(:turns AS bigint[]), CAST(:event_ids AS uuid[]), CAST(:types AS text[]),
        CAST(:ids AS uuid[])
       ) AS t (turn, event_id, type, period_id)
  JOIN renewal r ON r.turn = t.turn
 ORDER BY t.turn;

-- name: tell_renewed
-- Parsed from text it takes half the time that it would take to build.
INSERT INTO outbox (event_id, source, type, envelope)
SELECT t.event_id, 'billing', 'subscription_changed', CAST(format(
        '{"id": "%s", "source": "billing", "type": "subscription_changed",'
        ' "occurred_at": %s, "context": %s, "state": {"id": "%s", "version": %s,'
        ' "user_id": "%s", "customer_id": "%s", "partner_id": "%s", "scope": %s,'
        ' "started_at": "%s", "ends_at": "%s", "state": "running", "renews": true, "is_suspended": false, %s}}',
        t.event_id, to_json(CAST(:occurred_at AS text)), CAST(:context AS text),
        r.subscription_id, r.version, r.user_id, r.customer_id, r.partner_id,
        to_json(r.scope), wire_time(r.started_at), wire_time(r.ends_at), p.granted
       ) AS jsonb)
  FROM unnest(CAST(:turns AS bigint[]), CAST(:event_ids AS uuid[])) AS t (turn, event_id)
  JOIN renewal r ON r.turn = t.turn
  JOIN (
    SELECT id, format(
            '"product_id": "%s", "product_name": %s, "package_ids": %s, "devices": %s,'
            ' "addresses": %s, "is_trial": %s',
            id, to_json(name), package_ids, devices, addresses, to_json(is_trial)
           ) AS granted
      FROM product
     WHERE id IN (SELECT product_id FROM renewal)
    OFFSET 0
  ) AS p ON p.id = r.product_id
 ORDER BY t.turn;

-- name: forget
DROP TABLE renewal;
