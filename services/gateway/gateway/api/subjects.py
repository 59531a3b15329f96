"""What the API is about: one subject for each group of contracts."""

from gateway.api.endpoints import Endpoints
from lineup.contracts import notifications
from lineup.contracts.accounts import (
    api_keys,
    boxes,
    devices,
    erasure,
    groups,
    logins,
    membership,
    partner_directory,
    partner_packages,
    partnerships,
    people,
    permissions,
    personal_data,
    promotion,
    reseller_links,
    resets,
    second_factor,
    seller_plans,
    sessions,
    support_grants,
    trash,
    tree,
    users,
)
from lineup.contracts.accounts import (
    customers as customer_contracts,
)
from lineup.contracts.accounts import jobs as account_jobs
from lineup.contracts.billing import (
    catalog as catalog_contracts,
)
from lineup.contracts.billing import documents as document_contracts
from lineup.contracts.billing import (
    exceptions,
    orders,
    price_lists,
    product_changes,
    renewing,
    reports,
    seller_credits,
    staff_changes,
)
from lineup.contracts.billing import shops as shop_contracts
from lineup.contracts.billing import subscriptions as subscription_contracts
from lineup.contracts.billing import wallets as wallet_contracts
from lineup.contracts.playlists import channels as channel_contracts
from lineup.contracts.playlists import customer_packages, jobs, packages
from lineup.contracts.playlists import guide as guide_contracts
from lineup.contracts.playlists import streams as stream_contracts

tokens = Endpoints("tokens", "Sign in and out.", sessions, resets, second_factor)
accounts = Endpoints(
    "accounts",
    "Partners, resellers and dealers.",
    tree,
    seller_plans,
    account_jobs,
    logins,
    people,
    permissions,
    api_keys,
    support_grants,
)
partners = Endpoints(
    "partners",
    "Packages for partners, and which partner has which, until when.",
    partner_packages,
    partnerships,
)
reselling = Endpoints(
    "reselling",
    "Resellers and partners: the directory, requests and links.",
    partner_directory,
    reseller_links,
)
customers = Endpoints(
    "customers",
    "Customers, their groups, users, devices, packages and boxes.",
    customer_contracts,
    membership,
    promotion,
    trash,
    erasure,
    personal_data,
    groups,
    users,
    devices,
    customer_packages,
    boxes,
)
catalog = Endpoints(
    "catalog",
    "Products, their plans and price lists of sellers.",
    catalog_contracts,
    price_lists,
    seller_credits,
)
documents = Endpoints(
    "documents", "Invoices, credit notes, receipts and taxes.", document_contracts
)
wallets = Endpoints("wallets", "Balances and statements.", wallet_contracts)
subscriptions = Endpoints(
    "subscriptions",
    "Buy, renew and stop subscriptions.",
    subscription_contracts,
    product_changes,
    renewing,
    staff_changes,
    reports,
)
shops = Endpoints(
    "shops", "Webshops and their orders.", shop_contracts, orders, exceptions
)
channels = Endpoints(
    "channels", "Channels, packages and imports.", channel_contracts, packages, jobs
)
guide = Endpoints("guide", "Guide sources and guides.", guide_contracts)
streams = Endpoints("streams", "Access to streams.", stream_contracts)
messages = Endpoints("messages", "Delivery log and email delivery.", notifications)
