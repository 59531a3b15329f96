"""What both sides of a reseller's link are told."""

from functools import partial

import pytest
from sqlalchemy import select

from lineup.context import Call, Context, Event
from lineup.contracts.accounts.reseller_links import LinkNoticeKind, LinkNotified
from lineup.contracts.notifications import ListDeliveries
from lineup.ids import event_id, new_id
from lineup.scope import ROOT, below
from notifications.announcements import links
from notifications.deliveries.models import Delivery
from notifications.deliveries.operations import list_deliveries

from .conftest import NEIGHBOUR, PARTNER, actor_of

REQUEST = "0198f000000070008000000000000a11"


def a_notice(account_id, kind, **details):
    given = {
        "id": new_id(),
        "version": 1,
        "account_id": account_id,
        "scope": below(ROOT, account_id),
        "kind": kind,
        "email": f"{account_id.hex[-2:]}@example.org",
        "receiver": "Nova TV",
        "other": "South Resale",
        "is_partner": True,
        "time_zone": "Europe/Amsterdam",
        "at": None,
        "message": "",
    }
    return LinkNotified(**(given | details))


@pytest.fixture
def tell(database, keyring, clock):
    def tell(state):
        event = Event(
            id=event_id(state.event_type, state.id, state.version),
            type=state.event_type,
            occurred_at=clock.now(),
            state=state,
            consumer="notifications.test",
            context=Context(request_id=REQUEST),
        )
        url = "https://lineup.example"
        handler = partial(links.notify, keyring=keyring, public_url=url)
        database.handle_event_once(event, handler)

    return tell


@pytest.fixture
def log(database):
    def log(account_id):
        context = Context(actor=actor_of(account_id))
        call = Call(name="t", request=ListDeliveries(), context=context)
        return database.run_idempotent(call, list_deliveries).items

    return log


@pytest.mark.feature("AH-14")
def test_each_side_has_one_message_of_the_end_in_its_own_log(tell, log, clock):
    for side in (PARTNER, NEIGHBOUR):
        notice = a_notice(side, LinkNoticeKind.ENDED, at=clock.now())
        tell(notice)
        tell(notice)
    for side in (PARTNER, NEIGHBOUR):
        [one] = log(side)
        assert (one.template, one.receiver) == (
            "link_ended",
            f"{side.hex[-2:]}@example.org",
        )
        assert one.subject == "The cooperation with South Resale has ended"


@pytest.mark.feature("AH-10")
@pytest.mark.parametrize("kind", list(LinkNoticeKind))
def test_every_notice_has_words_of_its_own(tell, log, clock, kind):
    tell(a_notice(PARTNER, kind, at=clock.now(), message="We close."))
    [one] = log(PARTNER)
    assert one.template == f"link_{kind}"
    assert "South Resale" in one.subject


def test_a_notice_bears_the_id_of_the_request_that_caused_it(tell, database):
    tell(a_notice(PARTNER, LinkNoticeKind.KEPT))
    with database.transaction() as work:
        assert work.session.scalars(select(Delivery.request_id)).all() == [REQUEST]


def test_who_has_no_address_cannot_be_told(tell, log):
    tell(a_notice(PARTNER, LinkNoticeKind.KEPT, email=""))
    assert log(PARTNER) == []
