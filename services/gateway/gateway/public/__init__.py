"""Public addresses: playlists, guides, Xtream calls and streams, from blobs alone.

Nothing here asks a service: what players fetch works while every service is down.
"""
