"""What the gateway asks billing."""

from lineup.contracts import billing
from lineup.contracts.paging import Page
from lineup.rpc import Remote, ServiceClient


class BillingClient(ServiceClient):
    """Catalogue, wallets, subscriptions and shops."""

    service = "billing"

    create_product = Remote(billing.CreateProduct, billing.ProductView)
    update_product = Remote(billing.UpdateProduct, billing.ProductView)
    get_product = Remote(billing.GetProduct, billing.ProductView)
    list_products = Remote(billing.ListProducts, Page[billing.ProductView])
    create_plan = Remote(billing.CreatePlan, billing.PlanView)
    change_plan = Remote(billing.ChangePlan, billing.PlanView)
    retire_plan = Remote(billing.RetirePlan, billing.PlanView)

    top_up = Remote(billing.TopUp, billing.WalletView)
    get_wallet = Remote(billing.GetWallet, billing.WalletView)
    list_entries = Remote(billing.ListEntries, Page[billing.EntryView])
    check_ledger = Remote(billing.CheckLedger, billing.LedgerReport)

    purchase = Remote(billing.Purchase, billing.SubscriptionView)
    quote_stop = Remote(billing.QuoteStop, billing.StopReceipt)
    stop_subscription = Remote(billing.StopSubscription, billing.StopReceipt)
    switch_renewal = Remote(billing.SwitchRenewal, billing.RenewalView)
    get_renewal = Remote(billing.GetRenewal, billing.RenewalView)
    get_subscription = Remote(billing.GetSubscription, billing.SubscriptionView)
    list_subscriptions = Remote(
        billing.ListSubscriptions, Page[billing.SubscriptionView]
    )

    connect_shop = Remote(billing.ConnectShop, billing.ShopView)
    list_shops = Remote(billing.ListShops, Page[billing.ShopView])
    change_shop_secret = Remote(billing.ChangeShopSecret, billing.ShopView)
    list_orders = Remote(billing.ListOrders, Page[billing.OrderView])
    get_order = Remote(billing.GetOrder, billing.OrderView)
    replay_order = Remote(billing.ReplayOrder, billing.OrderView)
