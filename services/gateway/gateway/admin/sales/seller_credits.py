"""Pages about Credits: whether a partner has them, who pays with them, what moved."""

from uuid import UUID

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from gateway.balances import FILTERS, STAFF_FILE
from gateway.panel.display import money_text
from gateway.panel.entries import amount_field, entry
from gateway.panel.exports import csv_of, file_address
from gateway.panel.forms import (
    LineupForm,
    act_and_tell,
    confirm_page,
    form_page,
    go_to,
)
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional, optional_if_known, wait_for
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from lineup.context import OF_PARTNER, PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.tree import GetAccount
from lineup.contracts.billing.seller_credits import (
    AddCreditsCurrency,
    AdjustCredits,
    GetCreditsStatement,
    GetCurrencies,
    GetSellerCredits,
    ListCreditsEntries,
    RemoveCreditsCurrency,
    RemoveSellerType,
    SellerCredits,
    SellerType,
    SetSellerType,
)
from lineup.money import CREDIT, Money

pages = Blueprint("credits", __name__)

ADD, TAKE = "add", "take"
WAYS = [SelectChoice(ADD, "Add"), SelectChoice(TAKE, "Take back")]
ENTRIES = Table(
    "credits",
    Column("created_at", "Date"),
    Column("cause", "Type"),
    Column("customer_name", "Customer"),
    Column("amount", "Credits", is_numeric=True),
    Column("balance_after", "Balance after", is_numeric=True),
    Column("actor", "By"),
    filters=FILTERS,
)
FILE = (*STAFF_FILE, ("Customer", lambda row: row.customer_name))


class OpeningForm(LineupForm):
    """What a postpaid seller begins with."""

    asks = SetSellerType
    amount = amount_field(
        "Opening balance", is_required=False, description="In Credits; may be empty."
    )

    def opening_balance(self) -> Money | None:
        """What was entered; None where it begins with nothing."""
        return self.money(CREDIT) if self.amount.data else None


class AdjustForm(LineupForm):
    """Credits that a seller is given, or that are taken back."""

    asks = AdjustCredits
    way = entry("What to do", kind=SelectField, choices=WAYS)
    amount = amount_field("Credits")
    note = entry(
        "Note", "For example the number of the bank transfer.", is_required=True
    )

    def change(self) -> Money:
        """What was entered; below zero where it is taken back."""
        amount = self.money(CREDIT)
        return -amount if self.way.data == TAKE else amount


@pages.get("/currencies")
@page_for(OF_PARTNER, asks=GetCurrencies)
def show_currencies() -> str:
    """A partner's own currency, and whether it has Credits."""
    return render_template(
        "admin/sales/credits/currencies.html", found=ask(GetCurrencies())
    )


@pages.post("/currencies/credits")
@page_for(OF_PARTNER, asks=AddCreditsCurrency)
def add_currency() -> Answer:
    """Let the partner have Credits."""
    return act_and_tell(_add_currency, url_for(".show_currencies"))


@pages.post("/currencies/credits/remove")
@page_for(OF_PARTNER, asks=RemoveCreditsCurrency)
def remove_currency() -> Answer:
    """Let the partner have Credits no longer."""
    return act_and_tell(_remove_currency, url_for(".show_currencies"))


@pages.get("/accounts/<uuid:account_id>/credits")
@page_for(SELLERS_AND_SUPPORT, asks=GetSellerCredits)
def show_credits(account_id: UUID) -> str:
    """How a seller pays, what it has left, and every transaction."""
    account = ask_later(GetAccount(account_id=account_id))
    found = ask_later(GetSellerCredits(account_id=account_id))
    listing = ENTRIES.listing()
    sums = ask_later(GetCreditsStatement(account_id=account_id, **listing.filters))
    rows = listing.later(ListCreditsEntries, account_id=account_id)
    wait_for(account, found, sums)
    return render_template(
        "admin/sales/credits/credits.html",
        account=account.reply(),
        credits=optional_if_known(found),
        sums=optional(sums),
        listing=rows.with_options(),
        file=file_address("credits.export_entries", account_id=account_id),
    )


@pages.get("/accounts/<uuid:account_id>/credits.csv")
@page_for(SELLERS_AND_SUPPORT, asks=ListCreditsEntries)
def export_entries(account_id: UUID) -> Response:
    """The same transactions as a file."""
    rpc_request = ENTRIES.listing().to_request(
        ListCreditsEntries, account_id=account_id
    )
    return csv_of("credits", FILE, rpc_request)


@pages.route("/accounts/<uuid:account_id>/credits/begin", methods=["GET", "POST"])
@page_for(PARTNERS, asks=SetSellerType)
def make_postpaid(account_id: UUID) -> ResponseReturnValue:
    """Let a seller pay with Credits, with an opening balance."""
    account = ask(GetAccount(account_id=account_id))
    form = OpeningForm()
    return form_page(
        "admin/sales/credits/begin.html",
        form,
        lambda: ask(
            SetSellerType(
                account_id=account_id,
                type=SellerType.POSTPAID,
                opening_balance=form.opening_balance(),
            )
        ),
        lambda _: go_to(_address_of(account_id), f"{account.name} is postpaid now."),
        account=account,
        back=_address_of(account_id),
    )


@pages.route("/accounts/<uuid:account_id>/credits/adjust", methods=["GET", "POST"])
@page_for(PARTNERS, asks=AdjustCredits)
def adjust(account_id: UUID) -> ResponseReturnValue:
    """Give a seller Credits, or take some back, with a note."""
    account = ask(GetAccount(account_id=account_id))
    found = ask(GetSellerCredits(account_id=account_id))
    form = AdjustForm()
    return form_page(
        "admin/sales/credits/adjust.html",
        form,
        lambda: ask(
            form.to(AdjustCredits, account_id=account_id, amount=form.change())
        ),
        lambda changed: go_to(_address_of(account_id), _saved(changed)),
        account=account,
        found=found,
        back=_address_of(account_id),
    )


@pages.route("/accounts/<uuid:account_id>/credits/end", methods=["GET", "POST"])
@page_for(PARTNERS, asks=RemoveSellerType)
def end_postpaid(account_id: UUID) -> ResponseReturnValue:
    """Ask, and let a seller's customers pay themselves again."""
    account = ask(GetAccount(account_id=account_id))
    return confirm_page(
        "admin/sales/credits/end.html",
        RemoveSellerType(account_id=account_id),
        _address_of(account_id),
        f"Customers of {account.name} pay from their own balances now.",
        account=account,
        back=_address_of(account_id),
    )


def _add_currency() -> str:
    ask(AddCreditsCurrency())
    return "Credits were added. Plans can have a price in Credits now."


def _remove_currency() -> str:
    ask(RemoveCreditsCurrency())
    return "Credits were removed."


def _saved(changed: SellerCredits) -> str:
    return f"Saved. New balance: {money_text(changed.balance)}."


def _address_of(account_id: UUID) -> str:
    return url_for(".show_credits", account_id=account_id)
