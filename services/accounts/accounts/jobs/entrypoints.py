"""Ways in to jobs over all customers of a seller."""

from accounts.dependencies import Dependencies
from accounts.jobs.running import continue_jobs
from lineup.bus import Entrypoints, every


class JobEntrypoints(Entrypoints):
    """Ways in to jobs over all customers of a seller."""

    @every(seconds=1)
    def continue_account_jobs(self) -> None:
        """Go on with jobs, wherever they were left."""
        continue_jobs(self.database, self.provide(Dependencies))
