"""Places: which topic belongs to which page."""

from flask import g, has_request_context, request, url_for

from lineup.context import Actor, Role

BY_BLUEPRINT = {
    "audit_pages": "audit-log",
    "api_key_pages": "account",
    "box_models_pages": "users",
    "boxes_pages": "users",
    "billing_pages": "products",
    "channel_pages": "channels",
    "channels_pages": "channels",
    "customer_content": "customers",
    "customers_pages": "customers",
    "dashboard_pages": "dashboard",
    "guide_pages": "guide",
    "groups_pages": "customers",
    "help_pages": "getting-help",
    "jobs_pages": "imports",
    "login_as": "account",
    "money_pages": "money",
    "notifications_pages": "messages",
    "own_users": "sellers",
    "package_pages": "package",
    "packages_pages": "channels",
    "people_pages": "sellers",
    "permission_pages": "sellers",
    "partner_packages_pages": "partners",
    "partnerships_pages": "partners",
    "unmatched_pages": "partners",
    "price_lists": "sellers",
    "credits": "sellers",
    "portal": "my-users",
    "portal_documents": "paying",
    "portal_messages": "my-messages",
    "portal_money": "paying",
    "registration": "package",
    "reselling_pages": "reselling",
    "reports_pages": "reports",
    "sales_pages": "reports",
    "sell_pages": "selling",
    "search_pages": "search",
    "second_factor_pages": "account",
    "seller_jobs": "sellers",
    "seller_logins": "sellers",
    "seller_plans": "sellers",
    "sellers_pages": "sellers",
    "settings_pages": "account",
    "shops_pages": "shops",
    "signing": "account",
    "streams_pages": "streams",
    "support_pages": "account",
    "subscriptions_pages": "subscriptions",
    "trash_pages": "customers",
    "document_pages": "documents",
    "documents_pages": "documents",
    "erasure_pages": "customers",
    "personal_data": "customers",
    "sources_pages": "guide",
    "users": "users",
}
"""The topic of all pages of a blueprint that have no other."""

BY_ENDPOINT = {
    "channel_pages.choose_guide": "guide",
    "channel_pages.show_guide": "guide",
    "personal_data.own_data": "my-users",
    "users.buy": "subscriptions",
    "users.renew_all": "subscriptions",
    "users.change": "subscriptions",
    "users.withdraw_change": "subscriptions",
    "users.stop": "subscriptions",
    "users.stop_user": "subscriptions",
    "users.switch_renewal": "subscriptions",
    "money_pages.customer_renewal": "subscriptions",
    "money_pages.customer_subscriptions": "subscriptions",
}
"""Pages whose topic is another than their blueprint's."""

FOR_CUSTOMERS = {
    "documents": "paying",
    "subscriptions": "paying",
    "users": "my-users",
}
"""What customers read where sellers read something else."""


def topic_of(endpoint: str, role: Role) -> str | None:
    """The topic of a page; None when nobody has said."""
    blueprint = endpoint.partition(".")[0]
    topic = BY_ENDPOINT.get(endpoint) or BY_BLUEPRINT.get(blueprint)
    if role is Role.CUSTOMER and topic:
        return FOR_CUSTOMERS.get(topic, topic)
    return topic


def topic_address() -> str:
    """Where the topic of the page that is open stands; empty before sign-in."""
    me: Actor | None = g.get("actor") if has_request_context() else None
    topic = topic_of(request.endpoint or "", me.role) if me else None
    return url_for("help_pages.show_topic", topic=topic) if topic else ""
