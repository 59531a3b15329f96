"""What the demo wrote down of itself: its logins and its shops' secrets."""

import json
from dataclasses import asdict, dataclass

from lineup_local.demo.installation import DemoInstallation


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What one needs to know to use the demo."""

    operator_username: str
    operator_password: str
    partner_username: str
    partner_password: str
    partner_id: str = ""
    """Empty in what was kept of old; its name may change, and names nobody then."""
    reseller_username: str = ""
    """Empty in what was kept of old, as what follows."""
    reseller_password: str = ""
    woocommerce_path: str = ""
    woocommerce_secret: str = ""
    shopify_path: str = ""
    shopify_secret: str = ""

    def variables(self, site: DemoInstallation) -> dict[str, str]:
        """The same as shell variables, with the addresses."""
        told = {name.upper(): value for name, value in asdict(self).items()}
        return {**site.addresses(), **told}

    def table(self, site: DemoInstallation, *, stop: str) -> str:
        """Where to look, as whom, and how to end it."""
        rows = {
            "Panel and portal": site.public_url,
            "REST API": f"{site.public_url}/api",
            "Webshop deliveries": site.shops_url,
            "Mails that were sent": site.mail_url,
            "Operator": f"{self.operator_username}  {self.operator_password}",
            "Demo partner": f"{self.partner_username}  {self.partner_password}",
            "Demo reseller": f"{self.reseller_username}  {self.reseller_password}",
            "Stop": stop,
        }
        return "\n".join(f"  {what:<22}{where}" for what, where in rows.items())


def find_demo(site: DemoInstallation) -> Demo | None:
    """The demo of an installation; None before it was filled."""
    try:
        return Demo(**json.loads(site.demo_file.read_text()))
    except FileNotFoundError:
        return None
