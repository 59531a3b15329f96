"""What gunicorn serves: the public addresses first, every other path to the pages."""

import os

from gateway.app import create_app
from gateway.clients import Clients
from gateway.public.settings import PublicSettings
from gateway.public.start import public_layer
from gateway.settings import GatewaySettings
from lineup.rpc import RpcClient
from lineup.settings import read

settings = read(GatewaySettings, os.environ)
pages = create_app(settings, Clients.over(RpcClient(settings.amqp_uri)))
application = public_layer(read(PublicSettings, os.environ), pages)
