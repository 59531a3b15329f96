"""Pages about customers' money: balances, statements, top-ups, renewal switches."""

from uuid import UUID

from flask import (
    Blueprint,
    Response,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from gateway.admin import choices
from gateway.admin.sales.product_forms import CorrectionForm, MoneyForm
from gateway.balances import (
    STAFF_ENTRIES,
    renewal_of,
    statement_file,
    statement_of,
    wallet_of,
)
from gateway.panel.customer_tabs import customer_tabs
from gateway.panel.exports import csv_of, file_address
from gateway.panel.filters import Choice, TextFilter, YesNo
from gateway.panel.forms import form_page, go_to
from gateway.panel.guard import page_for
from gateway.panel.optional_results import optional, optional_if_known
from gateway.panel.tables import Column, Table
from gateway.request_context import ask, ask_later
from gateway.return_paths import return_path
from lineup.context import PARTNERS, SELLERS_AND_SUPPORT
from lineup.contracts.accounts.customers import CustomerView, GetCustomer
from lineup.contracts.billing.reports import ListSales
from lineup.contracts.billing.wallets import (
    Booked,
    CorrectBooking,
    GetBalances,
    GetWallet,
    ListWallets,
    PayOut,
    TopUp,
)
from lineup.errors import Unavailable
from lineup.verbs import Request

pages = Blueprint("money_pages", __name__)

WALLETS = Table(
    "wallets",
    Column("customer_name", "Customer"),
    Column("seller_name", "Seller"),
    Column("balance", "Balance", order="balance", is_numeric=True),
    filters=(
        TextFilter("Customer or email"),
        Choice("account_id", "Seller", convert=UUID),
        YesNo("has_money", "Balance", "With a balance", "Zero balance"),
    ),
)
WALLET_FILE = (
    ("Customer", lambda row: row.customer_name),
    ("Seller", lambda row: row.seller_name),
    ("Balance", lambda row: row.balance),
    ("Currency", lambda row: row.balance.asset),
    ("Customer id", lambda row: row.customer_id),
)
HISTORY = Table(
    "history",
    Column("sold_at", "Date", order="sold_at"),
    Column("user_name", "User"),
    Column("product_name", "Product"),
    Column("price", "Paid", is_numeric=True),
    Column("starts_at", "From"),
    Column("ends_at", "Until"),
    Column("closed_at", "Ended early"),
    Column("sold_by", "Sold by", is_hidden=True),
)


@pages.get("/wallets")
@page_for(SELLERS_AND_SUPPORT, asks=ListWallets)
def list_wallets() -> str:
    """Balances of customers, and what they are together."""
    narrowed = WALLETS.listing()
    owed = ask_later(narrowed.totals_request(GetBalances))
    rows = narrowed.later(ListWallets)
    sellers = choices.sellers()
    listing = rows.with_options(account_id=sellers())
    return render_template(
        "admin/sales/money/wallets.html",
        listing=listing,
        owed=optional(owed),
        file=file_address("money_pages.export_wallets"),
    )


@pages.get("/wallets.csv")
@page_for(SELLERS_AND_SUPPORT, asks=ListWallets)
def export_wallets() -> Response:
    """The same list as a file."""
    rpc_request = WALLETS.listing().to_request(ListWallets)
    return csv_of("balances", WALLET_FILE, rpc_request)


@pages.get("/customers/<uuid:customer_id>/wallet")
@page_for(SELLERS_AND_SUPPORT, asks=GetWallet)
def customer_wallet(customer_id: UUID) -> str:
    """A customer's balance and statement."""
    return _page_of(
        customer_id,
        "wallet",
        shown=statement_of(customer_id, STAFF_ENTRIES),
        file=file_address("money_pages.export_statement", customer_id=customer_id),
    )


@pages.get("/customers/<uuid:customer_id>/statement.csv")
@page_for(SELLERS_AND_SUPPORT)
def export_statement(customer_id: UUID) -> Response:
    """The same statement as a file."""
    return statement_file(customer_id, STAFF_ENTRIES)


@pages.get("/customers/<uuid:customer_id>/subscriptions")
@page_for(SELLERS_AND_SUPPORT)
def customer_subscriptions(customer_id: UUID) -> str:
    """Where each of a customer's users stands, and every period that was sold."""
    rows = HISTORY.listing().later(ListSales, customer_id=customer_id)
    overview, history = renewal_of(customer_id), rows.with_options()
    return _page_of(customer_id, "subscriptions", overview=overview, history=history)


@pages.get("/customers/<uuid:customer_id>/renewal")
@page_for(SELLERS_AND_SUPPORT)
def customer_renewal(customer_id: UUID) -> str:
    """Every user's renewal switch with the total due and the balance."""
    return _page_of(customer_id, "renewal", overview=renewal_of(customer_id))


@pages.route("/customers/<uuid:customer_id>/top-up", methods=["GET", "POST"])
@page_for(PARTNERS, asks=TopUp)
def top_up(customer_id: UUID) -> ResponseReturnValue:
    """Put money on a customer's balance that was paid outside."""
    return _move_money("top_up", TopUp, customer_id, "Topped up")


@pages.route("/customers/<uuid:customer_id>/pay-out", methods=["GET", "POST"])
@page_for(PARTNERS, asks=PayOut)
def pay_out(customer_id: UUID) -> ResponseReturnValue:
    """Book that a customer was given money of its balance back."""
    return _move_money("pay_out", PayOut, customer_id, "Paid out")


@pages.route(
    "/customers/<uuid:customer_id>/bookings/<uuid:transfer_id>/correct",
    methods=["GET", "POST"],
)
@page_for(PARTNERS, asks=CorrectBooking)
def correct_booking(customer_id: UUID, transfer_id: UUID) -> ResponseReturnValue:
    """Undo a top-up or payout that was a mistake, with a reason."""
    back = url_for("money_pages.customer_wallet", customer_id=customer_id)
    form = CorrectionForm()
    return form_page(
        "admin/sales/money/correct.html",
        form,
        lambda: ask(form.to(CorrectBooking, transfer_id=transfer_id)),
        lambda corrected: go_to(back, f"Corrected. New balance: {corrected.balance}."),
        back=back,
    )


def _move_money(
    name: str,
    request_type: type[Request[Booked]],
    customer_id: UUID,
    done: str,
) -> ResponseReturnValue:
    """Book money that changed hands outside; what is paid out is all there is."""
    wallet = wallet_of(customer_id).value
    if wallet is None:
        raise Unavailable
    back = url_for("money_pages.customer_wallet", customer_id=customer_id)
    back = return_path(request.args.get("next", "")) or back
    currency = wallet.balance.asset
    is_all = request_type is PayOut
    form = MoneyForm(amount=wallet.balance.decimal() if is_all else None)
    return form_page(
        f"admin/sales/money/{name}.html",
        form,
        lambda: ask(
            form.to(request_type, customer_id=customer_id, amount=form.money(currency))
        ),
        lambda booked: go_to(back, f"{done}. New balance: {booked.balance}."),
        wallet=wallet,
        back=back,
    )


def _page_of(customer_id: UUID, name: str, **context: object) -> str:
    endpoint = f"money_pages.customer_{name}"
    return render_template(
        f"admin/sales/money/customer_{name}.html",
        customer=_customer(customer_id),
        customer_id=customer_id,
        tabs_of=customer_tabs(customer_id, endpoint),
        **context,
    )


def _customer(customer_id: UUID) -> CustomerView | None:
    """Whose page it is; None while accounts is away, or when it was deleted: billing
    has said before that it lies in the scope.
    """
    return optional_if_known(ask_later(GetCustomer(customer_id=customer_id))).value
