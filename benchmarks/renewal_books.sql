CREATE FUNCTION pg_temp.made(kind integer, n bigint) RETURNS uuid LANGUAGE sql AS $$
    SELECT (lpad(to_hex(27000000000 + kind), 12, '0') || '7000'
            || to_hex(32768 + (n >> 16)) || lpad(to_hex(n), 12, '0'))::uuid
$$;
CREATE TEMP TABLE who AS
    SELECT CAST(%(partner)s AS uuid) AS partner, CAST(%(income)s AS uuid) AS income,
           CAST(%(cash)s AS uuid) AS cash, CAST(%(scope)s AS text) AS scope;
INSERT INTO account_copy
SELECT partner, 1, 'partner', 'North TV', scope, partner, 'EUR', 'Europe/Berlin', 'active'
  FROM who;
INSERT INTO product (id, version, partner_id, scope, name, package_ids, devices, addresses,
                     is_trial, created_at)
SELECT pg_temp.made(1, n), 1, partner, scope, 'Family ' || n,
       jsonb_build_array(pg_temp.made(2, n), pg_temp.made(2, n + 100)), 2, 2, false, %(now)s
  FROM who, generate_series(1, 10) n;
INSERT INTO plan (id, product_id, partner_id, scope, name, price_minor, asset, months, days,
                  sku, created_at)
SELECT pg_temp.made(3, n), pg_temp.made(1, n), partner, scope, 'a month', 900 + n, 'EUR',
       CASE WHEN n %% 5 = 0 THEN 0 ELSE 1 END, CASE WHEN n %% 5 = 0 THEN 30 ELSE 0 END, '',
       %(now)s
  FROM who, generate_series(1, 10) n;
INSERT INTO customer_copy (id, version, partner_id, scope, name, email, status)
SELECT pg_temp.made(4, n), 1, partner,
       scope || replace(pg_temp.made(4, n)::text, '-', '') || '/', 'Customer ' || n,
       'customer' || n || '@example.org', 'active'
  FROM who, generate_series(1, %(customers)s) n;
INSERT INTO user_copy (id, version, customer_id, partner_id, scope, name, username, status)
SELECT pg_temp.made(5, n), 1, c.id, c.partner_id, c.scope, 'User ' || n, 'user' || n, 'active'
  FROM who, generate_series(1, %(subscriptions)s) n
  JOIN customer_copy c ON c.id = pg_temp.made(4, 1 + n %% %(customers)s);
INSERT INTO renewal_switch SELECT id, true, %(now)s FROM user_copy;
INSERT INTO subscription (id, version, user_id, customer_id, partner_id, scope, product_id,
    product_version, plan_id, state, started_at, ends_at, anchor_at, anchor_months, renews,
    renewal_due_at)
SELECT pg_temp.made(6, n), 1, u.id, u.customer_id, u.partner_id, u.scope,
       pg_temp.made(1, 1 + n %% 10), 1, pg_temp.made(3, 1 + n %% 10), 'running', at, ends_at,
       CASE WHEN p.days > 0 THEN ends_at ELSE at END, p.months, true, ends_at
  FROM generate_series(1, %(subscriptions)s) n
  JOIN user_copy u ON u.id = pg_temp.made(5, n)
  JOIN plan p ON p.id = pg_temp.made(3, 1 + n %% 10)
 CROSS JOIN LATERAL (
    SELECT %(now)s - (n %% 60000) * interval '1 millisecond') e (ends_at)
 CROSS JOIN LATERAL (
    SELECT CASE WHEN p.days > 0 THEN ends_at - interval '30 days'
                ELSE ((ends_at AT TIME ZONE 'Europe/Berlin') - interval '1 month')
                     AT TIME ZONE 'Europe/Berlin' END) b (at);
INSERT INTO subscription_period (id, subscription_id, plan_id, starts_at, ends_at,
    paid_minor, asset, source, is_trial, refunded_minor, created_at, sold_by)
SELECT pg_temp.made(7, row_number() OVER ()), id, plan_id, started_at, ends_at, 0, 'EUR',
       'free', false, 0, started_at, 'system'
  FROM subscription;
INSERT INTO wallet (id, owner_id, owner_kind, purpose, account_purpose, asset, partner_id,
                    scope, is_system)
SELECT income, partner, 'partner', 'income', 'income', 'EUR', partner, scope, true FROM who
UNION ALL
SELECT cash, partner, 'partner', 'cash', 'cash', 'EUR', partner, scope, true FROM who;
INSERT INTO wallet (id, owner_id, owner_kind, purpose, account_purpose, asset, partner_id,
                    scope, is_system, balance_minor, version)
SELECT pg_temp.made(8, n), c.id, 'customer', 'balance', 'balance', 'EUR', c.partner_id,
       c.scope, false, CASE WHEN n %% 20 = 0 THEN 0 ELSE 100000 END,
       CASE WHEN n %% 20 = 0 THEN 0 ELSE 1 END
  FROM generate_series(1, %(customers)s) n
  JOIN customer_copy c ON c.id = pg_temp.made(4, n);
INSERT INTO transfer (id, partner_id, scope, key, request_hash, cause, reference, actor,
                      created_at)
SELECT w.id, who.partner, who.scope, 'top-up:' || w.id, '', 'top_up', '', 'system', %(now)s
  FROM wallet w, who WHERE w.balance_minor > 0;
INSERT INTO entry
SELECT pg_temp.made(9, row_number() OVER ()), w.id, w.id, 100000, 100000, 1
  FROM wallet w WHERE w.balance_minor > 0
UNION ALL
SELECT pg_temp.made(10, row_number() OVER ()), w.id, who.cash, -100000, NULL, NULL
  FROM wallet w, who WHERE w.balance_minor > 0;
