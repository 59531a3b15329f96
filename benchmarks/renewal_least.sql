CREATE TABLE wallet (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0),
    version bigint NOT NULL DEFAULT 0);
CREATE TABLE revenue (id integer PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE subscription (id bigint PRIMARY KEY,
    wallet_id bigint NOT NULL REFERENCES wallet, price bigint NOT NULL,
    ends_at timestamptz NOT NULL, state text NOT NULL);
CREATE TABLE transfer (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE,
    wallet_id bigint NOT NULL, amount bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now());
CREATE TABLE entry (id bigserial PRIMARY KEY,
    transfer_id bigint NOT NULL REFERENCES transfer, account text NOT NULL,
    amount bigint NOT NULL, balance bigint);
CREATE TABLE outbox (id bigserial PRIMARY KEY, topic text NOT NULL, body jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT now());
INSERT INTO revenue VALUES (1, 0);
INSERT INTO wallet SELECT n, CASE WHEN n %% 20 = 0 THEN 0 ELSE 100000 END
    FROM generate_series(1, %(subscriptions)s) n;
INSERT INTO subscription SELECT n, n, 999, %(now)s - n * interval '1 millisecond', 'running'
    FROM generate_series(1, %(subscriptions)s) n;
CREATE INDEX ON subscription (ends_at, id) WHERE state = 'running';
CREATE INDEX ON entry (account, id);
