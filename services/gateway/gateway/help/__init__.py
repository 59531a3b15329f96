"""Help: a short text for every page, its words, and how to get further.

`topics/` holds the texts in Markdown, `topics.py` renders them, `page_topics.py` says
which belongs to which page, `pages.py` shows them.
"""

from flask import Flask

from gateway.help import page_topics, pages


def init_app(app: Flask) -> None:
    """Hang the topics in, and let every page name its own."""
    app.register_blueprint(pages.pages)
    app.jinja_env.globals.update(help_address=page_topics.topic_address)
