"""How gunicorn serves the gateway; `lineup run gateway` starts it with this file."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gateway import count_folder
from lineup import lean  # noqa: F401 - before structlog

# Before anything imports prometheus_client: what workers count lies in shared files.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = count_folder.begin(Path(tempfile.gettempdir()))

from gateway.public.settings import PublicSettings
from gateway.settings import GatewaySettings, probe_bind
from lineup.settings import read

QUICK, STOCK = "gateway.public.worker.QuickWorker", "gthread"

settings = read(GatewaySettings, os.environ)
public = read(PublicSettings, os.environ)

bind = [settings.gateway_address]
if settings.probe_port:
    bind.append(probe_bind(settings))
wsgi_app = "gateway.wsgi:application"
workers = public.web_concurrency
threads = 8
worker_class = STOCK if public.stock_worker else QUICK
worker_connections = 1000
http_parser = "auto"
logger_class = "gateway.public.access_log.MaskingLogger"
accesslog = public.access_log or None
errorlog = "-"
loglevel = settings.log_level.lower()
keepalive = 20
timeout = 60
graceful_timeout = 30
max_requests = 0
control_socket_disable = True  # it would stand in the home of whoever runs this
limit_request_line = 8190  # every filter of a list at its longest
forwarded_allow_ips = "*" if settings.trusted_proxies else "127.0.0.1"
proc_name = "lineup-gateway"


def worker_exit(_server: Any, _worker: Any) -> None:
    """Leave the last counts and spans behind."""
    from gateway import wsgi
    from lineup import tracing

    wsgi.application.counters.flush()
    tracing.flush()


def on_exit(_server: Any) -> None:
    """Clear the shared files away; a new start counts anew."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def post_worker_init(worker: Any) -> None:
    """Begin to hear of changes, once the worker has its own process."""
    from gateway import start, wsgi
    from gateway.public.start import listener_for

    wsgi.application.counters.flush_ever_after()
    start.listener_for(wsgi.pages).start()
    listener_for(worker.wsgi.content_store, settings.amqp_uri).start()
