"""Whatever is asked of the API, it answers as its specification says (AP-06, AP-34).

Schemathesis makes requests of the specification, right and wrong ones, with real ids
in them every second time. Each role tries all that is for it, in a partner of its own;
that it is let to nothing else is shown at the gateway, role by role. The requests are
the same at every run.
"""

import pytest
import schemathesis
from factories import create_tenant, is_for
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    ignored_auth,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = 6
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
PASSWORD = "Long-enough-1"
SIGN_OUT = "DELETE /api/v1/tokens/current"


@pytest.fixture
def tenant(lineup):
    """A partner with one of everything, so that real ids lead somewhere."""
    tenant = create_tenant(lineup)
    seller = tenant.make(
        "/accounts", kind="dealer", name="Dealer", login=login_of(tenant, "dealer")
    )
    login = login_of(tenant, "customer")
    customer = tenant.customer("90.00", login=login, seller_id=seller["id"])
    user = tenant.user(customer)["id"]
    plan = tenant.plan("9.00", days=30)
    tenant.ids |= {
        "account_id": seller["id"],
        "seller_id": seller["id"],
        "customer_id": customer,
        "user_id": user,
        "plan_id": plan,
        "subscription_id": tenant.buy(user, plan)["id"],
        "shop_id": a_shop(tenant),
    }
    return tenant


def login_of(tenant, role):
    return {"username": f"{tenant.username}-{role}", "password": PASSWORD}


def a_shop(tenant):
    shop = {"kind": "woocommerce", "name": "Shop", "secret": "s" * 20}
    return tenant.make("/shops", **shop, currency="EUR")["id"]


@pytest.mark.feature("AP-05")
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("role", "least"), [("partner", 150), ("dealer", 70), ("customer", 40)]
)
def test_every_answer_is_as_specified(tenant, role, least):
    api = tenant.api
    if role != "partner":
        api = tenant.lineup.sign_in(**login_of(tenant, role))
    schema = schemathesis.openapi.from_url(f"{api.address}/api/v1/openapi.json")
    found = [result.ok() for result in schema.get_all_operations()]
    operations = [
        operation for operation in found if is_for(role, operation.definition.raw)
    ]
    # Who has signed out gets no further.
    operations.sort(key=lambda operation: operation.label == SIGN_OUT)

    broken = [
        f"{operation.label}: {fault}"
        for operation in operations
        if (fault := faults_of(operation, tenant.ids, api.session.headers))
    ]

    assert len(operations) >= least
    assert not broken, "\n\n".join(broken)


def faults_of(operation, ids, headers):
    """What is wrong with an operation's answers; nothing when all is well."""
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_real=st.booleans())
    def send(case, is_real):
        if is_real:
            name_what_there_is(case, ids)
        case.call_and_validate(checks=CHECKS, headers=dict(headers), timeout=15)

    try:
        send()
    except BaseExceptionGroup as several:
        return "\n".join(map(str, several.exceptions))
    except AssertionError as one:
        return str(one)
    return ""


def name_what_there_is(case, ids):
    """Put ids that lead somewhere in the place of made-up ones."""
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            values |= {name: ids[name] for name in ids if name in values}
