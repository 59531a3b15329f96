"""Ways in to jobs."""

from lineup.bus import Doors, rpc
from lineup.context import PARTNERS_AND_SUPPORT, Call
from lineup.contracts.paging import Page
from lineup.contracts.playlists.jobs import JobView, ListJobs
from playlists.jobs import operations


class JobDoors(Doors):
    """Shows how the worker's jobs go."""

    @rpc(allowed=PARTNERS_AND_SUPPORT)
    def list_jobs(self, call: Call[ListJobs]) -> Page[JobView]:
        """Jobs, newest first."""
        return self.database.read(call, operations.list_jobs)
