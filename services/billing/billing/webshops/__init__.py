"""Webshops: WooCommerce and Shopify orders become users and subscriptions."""
