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
    get_plan = Remote(billing.GetPlan, billing.PlanView)
    change_plan = Remote(billing.ChangePlan, billing.PlanView)
    retire_plan = Remote(billing.RetirePlan, billing.PlanView)
    get_plan_use = Remote(billing.GetPlanUse, billing.PlanUse)

    top_up = Remote(billing.TopUp, billing.Booked)
    pay_out = Remote(billing.PayOut, billing.Booked)
    correct_booking = Remote(billing.CorrectBooking, billing.Booked)
    get_wallet = Remote(billing.GetWallet, billing.WalletView)
    list_entries = Remote(billing.ListEntries, Page[billing.EntryView])
    get_statement = Remote(billing.GetStatement, billing.StatementView)
    list_wallets = Remote(billing.ListWallets, Page[billing.WalletView])
    get_balances = Remote(billing.GetBalances, billing.BalancesView)
    check_ledger = Remote(billing.CheckLedger, billing.LedgerReport)

    get_currency_use = Remote(billing.GetCurrencyUse, billing.CurrencyUse)
    get_deletion_blockers = Remote(
        billing.GetDeletionBlockers, billing.DeletionBlockers
    )
    purchase = Remote(billing.Purchase, billing.SubscriptionView)
    quote_purchase = Remote(billing.QuotePurchase, billing.PurchaseQuote)
    quote_stop = Remote(billing.QuoteStop, billing.StopReceipt)
    stop_subscription = Remote(billing.StopSubscription, billing.StopReceipt)
    switch_renewal = Remote(billing.SwitchRenewal, billing.RenewalView)
    get_renewal = Remote(billing.GetRenewal, billing.RenewalView)
    get_renewal_overview = Remote(billing.GetRenewalOverview, billing.RenewalOverview)
    get_subscription = Remote(billing.GetSubscription, billing.SubscriptionView)
    list_subscriptions = Remote(
        billing.ListSubscriptions, Page[billing.SubscriptionView]
    )

    get_sales = Remote(billing.GetSales, billing.SalesView)
    sum_sales = Remote(billing.SumSales, billing.SalesSums)
    list_sales = Remote(billing.ListSales, Page[billing.SaleView])
    get_subscription_figures = Remote(
        billing.GetSubscriptionFigures, billing.SubscriptionFigures
    )

    connect_shop = Remote(billing.ConnectShop, billing.ShopView)
    list_shops = Remote(billing.ListShops, Page[billing.ShopView])
    change_shop_secret = Remote(billing.ChangeShopSecret, billing.ShopView)
    get_shop = Remote(billing.GetShop, billing.ShopView)
    update_shop = Remote(billing.UpdateShop, billing.ShopView)
    end_previous_secret = Remote(billing.EndPreviousSecret, billing.ShopView)
    set_shop_access = Remote(billing.SetShopAccess, billing.ShopView)
    end_shop_access = Remote(billing.EndShopAccess, billing.ShopView)
    switch_shop = Remote(billing.SwitchShop, billing.ShopView)
    list_shop_deliveries = Remote(
        billing.ListShopDeliveries, Page[billing.ShopDeliveryView]
    )
    get_shop_delivery = Remote(billing.GetShopDelivery, billing.ShopDeliveryView)
    replay_delivery = Remote(billing.ReplayDelivery, billing.ShopDeliveryView)
    list_orders = Remote(billing.ListOrders, Page[billing.OrderView])
    get_order = Remote(billing.GetOrder, billing.OrderView)
    replay_order = Remote(billing.ReplayOrder, billing.OrderView)
    close_exception = Remote(billing.CloseException, billing.OrderView)
    accept_order = Remote(billing.AcceptOrder, billing.OrderView)
    choose_user = Remote(billing.ChooseUser, billing.OrderView)
    serve_order = Remote(billing.ServeOrder, billing.OrderView)
    ignore_sku = Remote(billing.IgnoreSku, billing.ShopView)
    close_delivery = Remote(billing.CloseDelivery, billing.ShopDeliveryView)
    serve_delivery = Remote(billing.ServeDelivery, billing.OrderView)
