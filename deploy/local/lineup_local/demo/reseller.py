"""The demo's reseller: a company with a link to the demo partner, which sells."""

from collections.abc import Mapping

from lineup_local.demo.api import Api
from lineup_local.demo.installation import Login

NAME = "Demo Resale"
CUSTOMER = {
    "first_name": "Ida",
    "last_name": "Lund",
    "email": "ida.lund@example.org",
    "country": "NL",
}
PLAN, PRICE = "BASIC-1M", "9.00"


def link_a_reseller(
    gateway: str,
    platform: Api,
    partner: Api,
    partner_id: str,
    login: Login,
    plans: Mapping[str, str],
) -> None:
    """A reseller company asks for a link, is accepted, and sells to a customer."""
    username, password = login
    platform.post(
        "/accounts",
        kind="reseller_company",
        name=NAME,
        email="resale@example.org",
        login={"username": username, "password": password},
    )
    company = Api(gateway, username, password)
    wanted = {"partner_id": partner_id, "message": "We sell in the south."}
    sent = company.post("/link-requests", **wanted)
    accepted = partner.post(f"/link-requests/{sent['id']}/accept")
    company.act_through(accepted["link_id"])
    customer = company.post("/customers", person=CUSTOMER)
    path = f"/customers/{customer['id']}"
    user = company.post(f"{path}/users", name="Living room")
    paid = {"amount": PRICE, "currency": "EUR"}
    partner.post(f"{path}/top-ups", amount=paid, note="Paid at the counter")
    company.post("/subscriptions", user_id=user["id"], plan_id=plans[PLAN])
