WITH due AS (
    SELECT id, wallet_id, price, ends_at FROM subscription
     WHERE state = 'running' AND ends_at <= %(now)s
     ORDER BY ends_at, id LIMIT %(chunk)s FOR UPDATE SKIP LOCKED
), paid AS (
    UPDATE wallet w SET balance = w.balance - d.price, version = version + 1
      FROM due d WHERE w.id = d.wallet_id AND w.balance >= d.price
    RETURNING d.id, w.id AS wallet_id, d.price, w.balance, d.ends_at
), moved AS (
    INSERT INTO transfer (key, wallet_id, amount)
    SELECT 'period:' || id || ':' || extract(epoch FROM ends_at), wallet_id, price FROM paid
    RETURNING id, wallet_id, amount
), booked AS (
    INSERT INTO entry (transfer_id, account, amount, balance)
    SELECT m.id, e.account, e.amount, e.balance
      FROM moved m JOIN paid p ON p.wallet_id = m.wallet_id
     CROSS JOIN LATERAL (VALUES ('wallet:' || m.wallet_id, -m.amount, p.balance),
                                ('revenue', m.amount, NULL))
       AS e (account, amount, balance)
), earned AS (
    UPDATE revenue SET balance = balance + (SELECT coalesce(sum(price), 0) FROM paid)
), told AS (
    INSERT INTO outbox (topic, body)
    SELECT CASE WHEN p.id IS NULL THEN 'short' ELSE 'renewed' END,
           jsonb_build_object('id', d.id, 'price', d.price)
      FROM due d LEFT JOIN paid p ON p.id = d.id
)
UPDATE subscription s
   SET ends_at = CASE WHEN p.id IS NULL THEN s.ends_at ELSE s.ends_at + interval '1 month' END,
       state = CASE WHEN p.id IS NULL THEN 'short' ELSE 'running' END
  FROM due d LEFT JOIN paid p ON p.id = d.id
 WHERE s.id = d.id
