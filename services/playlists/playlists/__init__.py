"""What is watched: channels, guide, entitlements, playlists."""
