"""A partner's whole life on the running system, with every service killed at its end.

It registers on the public page, gets its credentials by mail, sells, is locked, pays,
is locked again, and is deleted: but for what it was invoiced, in no database, file or
queue is anything left of it.
"""

import io
import re
import secrets
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import requests
from factories import BOUGHT, DEMO, Tenant, _import_channels, soon
from leftovers import files_with, in_tables
from panel import Forms, Panel
from running import until

from billing.documents.issuing import PLATFORM

BEGIN = datetime(2034, 3, 1, 10, 1, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MARK = f"nordlicht{secrets.token_hex(3)}"
"""Stands in all that the partner tells of itself."""
NAME, MAIL = f"TV {MARK}", f"eva@{MARK}.example"
PASSWORD = "A-password-of-ones-own-1"
SERVICES = ("accounts", "billing", "notifications", "playlists", "playlists-worker")
DATABASES = ("accounts", "billing", "notifications", "playlists")
DOCUMENTS = ("invoice", "pro_forma")
"""What the platform issued to the partner, which the law wants kept."""
TOMBSTONES = {
    "accounts": {"accounts", "partnerships", "partner_payments", "purges"},
    "billing": {"account_copy", "document", "purges"},
    "notifications": {"account_copy", "purges"},
    "playlists": {"partners", "purges"},
}
"""Where the id of a partner stays, and nothing beside it."""


@pytest.fixture(scope="module")
def operator(lineup_in_time):
    lineup_in_time.set_clock(BEGIN)

    def ask(method, path, **body):
        demo = lineup_in_time.demo
        api = lineup_in_time.sign_in(
            demo["operator_username"], demo["operator_password"]
        )
        answer = api(method, path, json=body) if body else api(method, path)
        assert answer.ok, answer.text
        return answer.json()

    return ask


def registered(lineup, package_id):
    """Register as anybody does; what the mail says: username, password."""
    visitor = requests.Session()
    address = f"{lineup.url('GATEWAY')}/join/{package_id}"
    assert (
        f"Star of {MARK[-6:]}"
        in visitor.get(f"{lineup.url('GATEWAY')}/join", timeout=10).text
    )
    form = Forms(visitor.get(address, timeout=10).text).found[-1]
    said = {
        "company": NAME,
        "company_number": MARK,
        "contact": "Eva Sommer",
        "email": MAIL,
        "country": "NL",
    }
    answer = visitor.post(
        address,
        data=form.values | said,
        timeout=10,
        allow_redirects=False,
    )
    assert answer.headers.get("Location") == "/join/welcome", answer.text
    text = until(lambda: text_of_mail(lineup, "Your access"), "the credentials")
    return [
        re.search(rf"{word}:\s+(\S+)", text)[1] for word in ("Username", "Password")
    ]


def text_of_mail(lineup, subject):
    """The newest mail to the partner with such a subject."""
    for mail in lineup.mails():
        if mail["To"][0]["Address"] == MAIL and subject in mail["Subject"]:
            address = f"{lineup.url('MAIL_HTTP')}/api/v1/message/{mail['ID']}"
            return requests.get(address, timeout=10).json()["Text"]
    return ""


def count_of_mails(lineup, subject):
    return sum(
        mail["To"][0]["Address"] == MAIL and subject in mail["Subject"]
        for mail in lineup.mails()
    )


@pytest.mark.feature(
    "PL-02", "PL-06", "PL-07", "PL-08", "PL-09", "PL-11", "PL-15", "PL-18", "PL-21"
)
@pytest.mark.timeout(600)
def test_a_partner_lives_and_goes(lineup_in_time, operator):
    lineup = lineup_in_time
    username, first = registered(lineup, a_package(operator)["id"])
    tenant = sells(lineup, username, first)
    partner_id = tenant.ids["partner_id"]
    user = tenant.api.get("/users")["items"][0]

    def standing():
        found = operator("GET", "/partnerships")["items"]
        return next(one for one in found if one["id"] == partner_id)

    paid_at = is_locked_and_comes_back(lineup, tenant, operator, standing, user)
    link = goes(lineup, operator, standing, paid_at)
    until(lambda: standing()["state"] == "purged", "the end", 180)
    assert let_in(lineup, username).status_code == 401
    kept = {"billing.document": len(DOCUMENTS)}
    until(lambda: left_of(lineup, partner_id, user) == kept, "nothing else left", 120)
    issued = "SELECT kind, issuer_id FROM document WHERE partner_id = %s ORDER BY kind"
    assert lineup.rows("billing", issued, partner_id) == [
        (kind, str(PLATFORM)) for kind in DOCUMENTS
    ]
    assert requests.get(user["playlist_url"], timeout=10).status_code == 404
    assert requests.get(link, timeout=10).status_code == 404


def a_package(operator):
    return operator(
        "POST",
        "/partner-packages",
        name=f"Star of {MARK[-6:]}",
        price={"amount": "20.00", "currency": "EUR"},
        features=["api"],
        most_customers=1,
    )


def is_locked_and_comes_back(lineup, tenant, operator, standing, user):
    """The trial ends, the subscribers follow, and a payment brings all back; when."""
    until(lambda: standing()["state"] == "trial", "the trial")
    ends_at = datetime.fromisoformat(standing()["trial_ends_at"])
    soon(user, BOUGHT)
    lineup.set_clock(ends_at - 7 * DAY + MINUTE)
    until(lambda: text_of_mail(lineup, "Pro forma"), "the pro forma")
    assert "20.00 EUR" in text_of_mail(lineup, "Pro forma")

    lineup.set_clock(ends_at + MINUTE)
    until(lambda: standing()["state"] == "locked", "the lock")
    is_locked(lineup, tenant)
    link = link_of(lineup, "is locked")
    holds_everything(requests.get(link, timeout=60).content)
    soon(user, BOUGHT)
    lineup.set_clock(ends_at + 7 * DAY + MINUTE)
    soon(user, DEMO)

    paid_at = ends_at + 20 * DAY
    lineup.set_clock(paid_at)
    path = f"/partnerships/{tenant.ids['partner_id']}/payments"
    operator("POST", path, reference=secrets.token_hex(4))
    soon(user, BOUGHT)
    tenant.sign_in()
    assert tenant.api.get("/customers")["items"][0]["user_count"] == 1
    return paid_at


def sells(lineup, username, first):
    """Choose a password, have channels, a customer and a user who has bought."""
    api = lineup.sign_in(username, first)
    assert api("GET", "/customers").json()["code"] == "password_change_required"
    change = {"old_password": first, "new_password": PASSWORD}
    assert api("PUT", "/me/password", json=change).ok
    tenant = Tenant(lineup, username, PASSWORD)
    tenant.ids["partner_id"] = tenant.api.get("/me")["partner_id"]
    _import_channels(tenant)
    customer = tenant.customer("100.00")
    user = tenant.user(customer)
    tenant.buy(user["id"], tenant.plan("10.00", months=12))
    person = {"first_name": "D", "last_name": "One too many", "email": "d@tv.example"}
    over = tenant.api("POST", "/customers", json={"person": person})
    assert (over.status_code, over.json()["code"]) == (409, "package_limit")
    shop = {"kind": "woocommerce", "name": "S", "secret": "s" * 20, "currency": "EUR"}
    without = tenant.api("POST", "/shops", json=shop)
    assert (without.status_code, without.json()["code"]) == (409, "package_limit")
    return tenant


def is_locked(lineup, tenant):
    """Nothing is open but payment, export and help."""
    tenant.sign_in()
    for path in ("/customers", "/channels", "/products", "/deliveries"):
        refused = tenant.api("GET", path)
        assert (refused.status_code, refused.json()["code"]) == (
            402,
            "payment_required",
        ), path
    panel = Panel(lineup, tenant.username, PASSWORD)
    assert "locked" in panel.page("/package")
    assert panel.page("/help/package")
    assert panel._request("GET", "/customers").status_code == 402
    export = panel._request("GET", "/package/export.zip")
    holds_everything(export.content)


def link_of(lineup, subject):
    """The link to the export that the newest mail with such a subject holds."""
    text = until(lambda: text_of_mail(lineup, subject), f"a mail: {subject}")
    return lineup.url("GATEWAY") + re.search(r"/partner-export/\S+", text)[0]


def holds_everything(archive):
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        customers = files.read("customers.csv").decode()
        channels = files.read("channels.csv").decode()
        users = files.read("users.csv").decode()
    assert "@example.net" in customers
    assert all(name in channels for name in BOUGHT)
    assert "Living room" in users
    assert PASSWORD not in users


def goes(lineup, operator, standing, paid_at):
    """Lapse again, be warned, and be purged while every service is killed; the link to
    the export that was there until then.
    """
    lineup.set_clock(paid_at + 32 * DAY)
    until(lambda: standing()["state"] == "locked", "the second lock")
    purge_at = datetime.fromisoformat(standing()["purge_at"])
    path = f"/partnership?partner_id={standing()['id']}"
    for number, days in enumerate((14, 7, 1), 1):
        lineup.set_clock(purge_at - days * DAY + MINUTE)
        until(
            lambda number=number: count_of_mails(lineup, "will be deleted") == number,
            f"warning {number}",
        )
    link = link_of(lineup, "will be deleted")
    holds_everything(requests.get(link, timeout=60).content)
    lineup.freeze("billing")
    lineup.set_clock(purge_at + MINUTE)
    until(lambda: standing()["state"] == "purging", "the purge to begin")
    for service in SERVICES:
        if service != "billing":
            lineup.kill(service)
    until(
        lambda: waiting_for(operator, path) == ["billing"], "all others to confirm", 120
    )
    lineup.thaw("billing")
    lineup.kill("billing")
    return link


def waiting_for(operator, path):
    """Who has not confirmed the purge yet; None while accounts starts again."""
    try:
        return operator("GET", path)["waiting_for"]
    except (AssertionError, KeyError, requests.RequestException):
        return None


def let_in(lineup, username):
    return requests.post(
        f"{lineup.url('GATEWAY')}/api/v1/tokens",
        json={"username": username, "password": PASSWORD},
        timeout=10,
    )


def left_of(lineup, partner_id, user):
    """Where anything of the partner is still found: tables, files, queues."""
    words = (MARK, user["xtream"]["username"], user["customer_id"])
    return {
        **dict(tables_with(lineup, words, partner_id)),
        **dict(files_with(lineup, (*words, partner_id, partner_id.replace("-", "")))),
        **{
            queue["name"]: queue["messages"]
            for queue in lineup.queues()
            if queue.get("messages")
        },
    }


def tables_with(lineup, words, partner_id):
    for database in DATABASES:
        for table, count in in_tables(lineup, database, words):
            yield f"{database}.{table}", count
        for table, count in in_tables(lineup, database, (partner_id,)):
            if table not in TOMBSTONES[database]:
                yield f"{database}.{table} by id", count
