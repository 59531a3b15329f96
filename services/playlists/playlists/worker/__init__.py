"""The worker process: takes jobs and does them."""
