"""What messages say: Jinja2 templates in a sandbox, a file each.

A template's first line is "Subject: …", then a blank line, then the text.
"""
