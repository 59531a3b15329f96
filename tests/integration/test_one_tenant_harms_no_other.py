"""One tenant does all that harms, at once; another works on as if nothing were.

No answer is a server error, no process ends or stands still, no queue or timer is
stuck, and the other tenant's import, mail, order, playlist and play are done meanwhile
in at most twice the time they take alone.
"""

import base64
import hashlib
import hmac
import itertools
import statistics
import time

import psutil
import pytest
import requests
from factories import (
    BOUGHT,
    PLAYLIST,
    create_tenant,
    shown_channels,
    soon,
    stream_links,
)
from hostile import HostileTenant
from running import a_woo_order, until

ROUNDS = 5
TIMES_LONGER = 2
LEEWAY_SECONDS = 2.0
"""What two processors that also attack may cost a work of some hundred milliseconds;
what stands still stands for tens of seconds."""
SECRET = "quiet-shop-secret-0123456789"
NUMBERS = itertools.count(70_001)
SERVICES = (
    "accounts",
    "billing",
    "playlists",
    "playlists-worker",
    "notifications",
    "gateway",
)


class QuietTenant:
    """A partner with a shop and a user that watches, at its daily work."""

    def __init__(self, lineup):
        self.lineup = lineup
        self.tenant = create_tenant(lineup)
        price = {"amount": "15.00", "currency": "EUR"}
        path = f"/products/{self.tenant.ids['product_id']}/plans"
        plan = self.tenant.make(
            path, name="Month", price=price, months=1, sku="QUIET-1M"
        )
        shop = {"kind": "woocommerce", "name": "Shop", "secret": SECRET}
        self.shop = self.tenant.make("/shops", **shop, currency="EUR")["webhook_path"]
        customer = self.tenant.customer("60.00")
        self.user = self.tenant.user(customer)
        self.tenant.buy(self.user["id"], plan["id"])
        soon(self.user, BOUGHT)

    def works(self):
        return {
            "import": self.imports,
            "mail": self.mails,
            "order": self.sells,
            "playlist": self.fetches,
            "play": self.plays,
        }

    def imports(self):
        file = {"file": ("channels.m3u", PLAYLIST)}
        job = self.tenant.api("POST", "/channel-imports/file", files=file).json()
        until(
            lambda: self.tenant.api.get(f"/jobs/{job['id']}")["state"] == "done",
            "channels to be imported",
        )

    def mails(self):
        email = f"quiet{next(NUMBERS)}@example.net"
        person = {"first_name": "Q", "last_name": "Quiet", "email": email}
        self.tenant.make("/customers", person=person)
        until(lambda: email in self.lineup.receivers(), "the customer's mail")

    def sells(self):
        number = next(NUMBERS)
        email = f"quiet{number}@example.net"
        body = a_woo_order(number, email).replace(b"FAMILY-1M", b"QUIET-1M")
        digest = hmac.digest(SECRET.encode(), body, hashlib.sha256)
        answer = requests.post(
            self.lineup.url("WEBHOOK") + self.shop,
            data=body,
            headers={
                "Content-Type": "application/json",
                "X-WC-Webhook-Topic": "order.updated",
                "X-WC-Webhook-Delivery-ID": f"quiet-{number}",
                "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            },
            timeout=15,
        )
        assert answer.status_code == 200
        [customer] = until(
            lambda: self.tenant.api.get("/customers", search=email)["items"],
            "the order's customer",
        )
        [user] = self.tenant.api.get("/users", customer_id=customer["id"])["items"]
        until(lambda: holds(user, BOUGHT), "the link to show what was bought")

    def fetches(self):
        assert shown_channels(self.user) == BOUGHT

    def plays(self):
        for link in stream_links(self.user):
            answer = requests.get(link, allow_redirects=False, timeout=15)
            assert answer.status_code == 302

    def times(self):
        """How long each work takes: the median of a few."""
        return {
            name: statistics.median(took(work) for _ in range(ROUNDS))
            for name, work in self.works().items()
        }


def holds(user, channels):
    """Whether a link that may not be there yet shows these channels."""
    lines = requests.get(user["playlist_url"], timeout=15).text.splitlines()
    entries = [line for line in lines if line.startswith("#EXTINF")]
    return [entry.rpartition(",")[2] for entry in entries] == channels


def took(work):
    began = time.monotonic()
    work()
    return time.monotonic() - began


def processes(lineup):
    """What runs, with the workers of each, by process id."""
    return {
        process.pid
        for service in SERVICES
        for parent in lineup._processes(service)
        for process in (parent, *parent.children(recursive=True))
        if is_kept(process)
    }


def is_kept(process):
    """Whether it is there for good: a job's own process comes and goes with it."""
    try:
        return "multiprocessing" not in " ".join(process.cmdline())
    except psutil.Error:
        return False


@pytest.mark.timeout(600)
def test_another_tenant_works_on_while_one_does_all_that_harms(lineup):
    quiet = QuietTenant(lineup)
    hostile_tenant = create_tenant(lineup)
    hostile = HostileTenant(
        hostile_tenant, hostile_tenant.user(hostile_tenant.customer("60.00"))
    )
    quiet.times()  # everything is warm
    alone = quiet.times()
    before = processes(lineup)

    with hostile.attacking():
        quiet.times()  # all of it goes on by now
        beside = quiet.times()

    assert hostile.server_errors() == {}
    for kind in ("deep", "guess", "sign-in", "plan", "no address"):
        assert hostile.refused(kind), (kind, hostile.answers)
    assert processes(lineup) == before
    assert slower(alone, beside) == {}
    until(lineup.is_settled, "all events to be consumed", 120)
    lineup.wait_until_ready()
    dead_letters = [q for q in lineup.queues() if q["name"].endswith(".dlq")]
    assert {q["name"]: q["messages"] for q in dead_letters if q.get("messages")} == {}
    jobs = hostile_tenant.api.every("/jobs")
    until(
        lambda: all(is_over(hostile_tenant, job) for job in jobs),
        "every job of the hostile tenant to end",
        180,
    )


def slower(alone, beside):
    """What took more than twice its time; what is over at once has a while more."""
    return {
        name: (alone[name], beside[name])
        for name in alone
        if beside[name] > max(TIMES_LONGER * alone[name], alone[name] + LEEWAY_SECONDS)
    }


def is_over(tenant, job):
    return tenant.api.get(f"/jobs/{job['id']}")["state"] in {"done", "failed"}
