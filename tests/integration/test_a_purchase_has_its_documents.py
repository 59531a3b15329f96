"""What a customer pays and buys has documents, as figures, as a file and by mail."""

import io

import pytest
from factories import create_tenant
from pypdf import PdfReader
from running import until


@pytest.mark.feature("WL-09", "WL-20", "PR-21")
def test_a_payment_has_a_receipt_by_mail_and_a_purchase_an_invoice(lineup):
    tenant = create_tenant(lineup)
    rate = {"country": "NL", "percent": "21"}
    assert tenant.api("POST", "/tax-rates", json=rate).ok
    customer = tenant.customer("12.10")
    person = {"country": "NL", "address": "Kade 1", "city": "Delft"}
    changed = tenant.api("PATCH", f"/customers/{customer}", json={"person": person})
    assert changed.ok, changed.text
    until(lambda: listed(tenant, customer, "receipt"), "the receipt")
    user = tenant.user(customer)
    tenant.buy(user["id"], tenant.plan("12.10", days=30))

    [receipt] = listed(tenant, customer, "receipt")
    [invoice] = until(lambda: listed(tenant, customer, "invoice"), "the invoice")
    document = tenant.api.get(f"/documents/{invoice['id']}")
    assert document["recipient"]["city"] == "Delft"
    assert [line["tax"]["amount"] for line in document["lines"]] == ["2.10"]
    file = tenant.api("GET", f"/documents/{invoice['id']}/pdf").content
    text = PdfReader(io.BytesIO(file)).pages[0].extract_text()
    assert document["number"] in text
    assert "10.00 EUR 21 % 2.10 EUR 12.10 EUR" in " ".join(text.split())
    [mail] = until(lambda: mails(tenant, customer), "the mail")
    assert mail["subject"] == f"Receipt {receipt['number']}: 12.10 EUR"


def listed(tenant, customer, kind):
    return tenant.api.get("/documents", customer_id=customer, kind=kind)["items"]


def mails(tenant, customer):
    query = {"customer_id": customer, "template": "receipt"}
    return tenant.api.get("/deliveries", **query)["items"]
