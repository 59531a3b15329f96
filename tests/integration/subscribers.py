"""A dealer with many subscribers, and what is left of them anywhere."""

from dataclasses import dataclass
from typing import Any

from factories import euros
from row_copies import Copy, made_id, multiply, name_wallets
from running import Api, Running, until

PASSWORD = "Long-enough-1"
PAID = "500.00"
"""More than a subscription costs: the rest stays on the balance."""
CUSTOMER, USER, SUBSCRIPTION, LOGIN, WALLET, PERIOD = map(made_id, range(1, 7))
NAME, TOKEN = "'subscriber' || n", "md5('subscriber' || n)"
EMAIL = f"{NAME} || '@example.net'"
SCOPE = f"replace(t.scope, %(hex)s, replace({CUSTOMER}::text, '-', ''))"
WHICH = {name: f"id = %({name})s" for name in ("customer", "user", "subscription")}
PERSON = {"id": CUSTOMER, "scope": SCOPE, "email": EMAIL}
OWNED = {"customer_id": CUSTOMER, "scope": SCOPE}
PLAYER = {"id": USER, **OWNED, "username": NAME, "token": TOKEN}
BOUGHT = {"id": SUBSCRIPTION, "user_id": USER}
LOGS_IN = {"id": LOGIN, "account_id": CUSTOMER, "username": NAME}
COPIES: tuple[Copy, ...] = (
    ("accounts", "accounts", WHICH["customer"], PERSON | {"username": NAME}),
    (
        "accounts",
        "customers",
        WHICH["customer"],
        PERSON | {"email_key": EMAIL, "username": NAME, "search": EMAIL},
    ),
    ("accounts", "logins", "account_id = %(customer)s", LOGS_IN),
    ("accounts", "users", WHICH["user"], PLAYER),
    ("accounts", "subscription_copies", WHICH["subscription"], BOUGHT),
    ("billing", "customer_copy", WHICH["customer"], PERSON),
    ("billing", "user_copy", WHICH["user"], {"id": USER, **OWNED, "username": NAME}),
    (
        "billing",
        "wallet",
        "owner_id = %(customer)s",
        {"id": WALLET, "owner_id": CUSTOMER, "scope": SCOPE, "version": "1"},
    ),
    ("billing", "subscription", WHICH["subscription"], BOUGHT | OWNED),
    (
        "billing",
        "subscription_period",
        "subscription_id = %(subscription)s",
        {"id": PERIOD, "subscription_id": SUBSCRIPTION},
    ),
    ("notifications", "customer_copy", WHICH["customer"], PERSON),
    ("playlists", "customers", WHICH["customer"], {"id": CUSTOMER, "scope": SCOPE}),
    ("playlists", "users", WHICH["user"], PLAYER),
    ("playlists", "subscriptions", WHICH["subscription"], BOUGHT | OWNED),
)
PAID_IN = """
WITH funded AS (
    SELECT w.*, md5('paid in' || w.id)::uuid AS transfer_id FROM wallet w
     WHERE w.id <> %(original)s AND w.owner_id::text LIKE '01900000-%%'
), booked AS (
    INSERT INTO transfer (id, partner_id, scope, key, request_hash, cause, reference,
                          actor, created_at)
    SELECT f.transfer_id, t.partner_id, t.scope, 'top-up:' || f.id, t.request_hash,
           t.cause, t.reference, t.actor, t.created_at
      FROM funded f, transfer t
     WHERE t.cause = 'top_up'
       AND t.id IN (SELECT transfer_id FROM entry WHERE wallet_id = %(original)s)
)
INSERT INTO entry (id, transfer_id, wallet_id, amount_minor, balance_after_minor,
                   wallet_version)
SELECT md5('in' || f.id)::uuid, f.transfer_id, f.id, f.balance_minor,
       f.balance_minor, 1
  FROM funded f
 UNION ALL
SELECT md5('out' || f.id)::uuid, f.transfer_id, c.id, -f.balance_minor, NULL, NULL
  FROM funded f
  JOIN wallet c ON c.partner_id = f.partner_id AND c.account_purpose = 'cash'
               AND c.asset = f.asset
RETURNING id
"""
"""What a copied balance holds came from outside, so that the books are right."""
MARKED = """
INSERT INTO access_files (user_id, version, due_at, names)
SELECT id, 0, now(), '[]' FROM users ON CONFLICT (user_id) DO NOTHING RETURNING 1
"""
ALIVE = "scope LIKE %(scope)s AND status <> 'deleted'"
LEFT = {
    ("accounts", "sellers and customers"): f"accounts WHERE {ALIVE}",
    ("accounts", "customers"): f"customers WHERE {ALIVE}",
    ("accounts", "users"): f"users WHERE {ALIVE}",
    ("accounts", "logins"): (
        "logins WHERE status <> 'deleted' AND account_id IN"
        " (SELECT id FROM accounts WHERE scope LIKE %(scope)s)"
    ),
    ("accounts", "subscriptions"): (
        "subscription_copies WHERE state = 'running' AND user_id IN"
        " (SELECT id FROM users WHERE scope LIKE %(scope)s)"
    ),
    ("billing", "customers"): f"customer_copy WHERE {ALIVE}",
    ("billing", "users"): f"user_copy WHERE {ALIVE}",
    ("billing", "subscriptions"): (
        "subscription WHERE scope LIKE %(scope)s"
        " AND (state <> 'stopped' OR renewal_due_at IS NOT NULL OR ends_at > now())"
    ),
    ("billing", "periods"): (
        "subscription_period WHERE closed_at IS NULL AND subscription_id IN"
        " (SELECT id FROM subscription WHERE scope LIKE %(scope)s)"
    ),
    ("billing", "balances"): "wallet WHERE scope LIKE %(scope)s AND balance_minor <> 0",
    ("notifications", "customers"): f"customer_copy WHERE {ALIVE}",
    ("playlists", "customers"): f"customers WHERE {ALIVE}",
    ("playlists", "users"): f"users WHERE {ALIVE}",
    ("playlists", "subscriptions"): (
        "subscriptions WHERE scope LIKE %(scope)s AND state = 'running'"
    ),
    ("playlists", "access facts"): (
        "access_files WHERE (due_at IS NOT NULL OR fact IS NOT NULL OR names <> '[]')"
        " AND user_id IN (SELECT id FROM users WHERE scope LIKE %(scope)s)"
    ),
    ("playlists", "files to write"): "stale_shards",
}
"""What is counted in which service: nothing of it may be left."""


@dataclass(frozen=True, kw_only=True)
class Dealer:
    """A dealer of the demo partner."""

    system: Running
    partner: Api
    id: str
    username: str
    scope: str

    @classmethod
    def begin(cls, system: Running, username: str) -> "Dealer":
        """A dealer without any customer."""
        partner = system.partner()
        login = {"username": username, "password": PASSWORD}
        account = {"kind": "dealer", "name": "Many", "login": login}
        made = partner("POST", "/accounts", json=account)
        assert made.status_code == 201, made.text
        id_ = made.json()["id"]
        [[scope]] = system.rows(
            "accounts", "SELECT scope FROM accounts WHERE id = %s", id_
        )
        return cls(
            system=system, partner=partner, id=id_, username=username, scope=scope
        )

    def fill(self, subscribers: int) -> None:
        """Give it customers with a login, a user, a subscription and money left each:
        one is made as people make one, the others are its copies.
        """
        original = self._subscribe()
        multiply(self.system, original, subscribers - 1, COPIES)
        name_wallets(self.system)
        self.system.rows("billing", PAID_IN, original=original["wallet"])
        self.system.rows("playlists", MARKED)
        until(lambda: not self._unwritten(), "every access fact to be written", 600)

    def _subscribe(self) -> dict[str, str]:
        seller = self.system.sign_in(self.username, PASSWORD)
        person = {
            "first_name": "Original",
            "last_name": "Subscriber",
            "email": f"{self.username}@example.net",
        }
        login = {"username": f"{self.username}-1", "password": PASSWORD}
        wish = {"person": person, "login": login, "user_name": "Living room"}
        made = _made(seller, "/customers", **wish, send_credentials=False)
        customer = made["id"]
        user = seller.get("/users", customer_id=customer)["items"][0]
        products = self.partner.every("/products")
        plan = next(p for one in products for p in one["plans"] if p["months"])
        _made(self.partner, f"/customers/{customer}/top-ups", amount=euros(PAID))
        bought = _made(seller, "/subscriptions", user_id=user["id"], plan_id=plan["id"])
        until(self.system.is_settled, "every copy to be made")
        [[wallet]] = self.system.rows(
            "billing", "SELECT id::text FROM wallet WHERE owner_id = %s", customer
        )
        return {
            "customer": customer,
            "hex": customer.replace("-", ""),
            "user": user["id"],
            "subscription": bought["id"],
            "wallet": wallet,
        }

    def _unwritten(self) -> int:
        due = "SELECT count(*) FROM access_files WHERE due_at IS NOT NULL"
        stale = "SELECT count(*) FROM stale_shards"
        found = self.system.rows("playlists", f"{due} UNION ALL {stale}")
        return sum(int(count) for (count,) in found)

    def delete(self) -> Any:
        """Have it deleted with all it has; the job that does it."""
        wanted = {
            "confirmation": self.username,
            "force": "true",
            "reason": "out of business",
        }
        answer = self.partner("DELETE", f"/accounts/{self.id}", params=wanted)
        assert answer.status_code == 202, answer.text
        return answer.json()

    def job(self, job_id: str) -> Any:
        """How far its deletion is."""
        return self.partner.get(f"/account-jobs/{job_id}")

    def tokens(self) -> list[str]:
        """What its users' playlist links hold."""
        found = self.system.rows(
            "accounts", "SELECT token FROM users WHERE scope LIKE %s", f"{self.scope}%"
        )
        return [token for (token,) in found]

    def remains(self, service: str = "") -> dict[tuple[str, str], int]:
        """What is left of it, where something is: in one service, or in all."""
        counted = {what: self.left(*what) for what in LEFT if service in {"", what[0]}}
        return {what: count for what, count in counted.items() if count}

    def left(self, service: str, what: str) -> int:
        """How much of one kind is left."""
        statement = f"SELECT count(*) FROM {LEFT[service, what]}"
        [[count]] = self.system.rows(service, statement, scope=f"{self.scope}%")
        return int(count)


def _made(api: Api, path: str, **body: Any) -> Any:
    answer = api("POST", path, json=body)
    assert answer.ok, answer.text
    return answer.json()
