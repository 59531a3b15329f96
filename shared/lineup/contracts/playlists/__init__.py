"""What playlists is asked, answers and announces."""
