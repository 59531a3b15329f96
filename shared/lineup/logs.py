"""Logs: a name and key-values a line, each with its request; never a secret."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

SECRET = re.compile(
    r"pass(word|wd)?$|secret|token|authorization|cookie|sealed|signature|api_?key"
    r"|credential|_uri$",
    re.IGNORECASE,
)
"""Names whose values never reach a log."""

HIDDEN = "***"


def hide_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace the value of everything whose name tells of a secret."""
    return {name: _hidden(name, value) for name, value in event.items()}


def _hidden(name: str, value: Any) -> Any:
    if SECRET.search(name):
        return HIDDEN
    if isinstance(value, dict):
        return {inner: _hidden(str(inner), held) for inner, held in value.items()}
    return value


def configure(log_format: str, log_level: str, service: str) -> None:
    """Send everything, also what libraries log, to stderr as console text or JSON.

    Every line names the service.
    """

    def name_service(_logger: Any, _method: str, event: EventDict) -> EventDict:
        return {**event, "service": service}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(_number_of(log_level)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(log_format),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_number_of(log_level))
    for chatty in ("amqp", "kombu", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("nameko.containers").addFilter(_is_not_logged_by_endpoints)
    # It warns of every refusal with a traceback; the endpoint has logged that already.
    logging.getLogger("nameko").setLevel(logging.ERROR)


def _is_not_logged_by_endpoints(record: logging.LogRecord) -> bool:
    """Drop what Nameko says of a failure: the endpoint logs it, once, itself."""
    return "error handling worker" not in str(record.msg)


def _rendering(log_format: str) -> list[Processor]:
    if log_format == "console":
        # A prettier traceback would show what variables hold, secrets among them.
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(sort_keys=False),
    ]


def _number_of(log_level: str) -> int:
    return logging.getLevelNamesMapping()[log_level.upper()]
