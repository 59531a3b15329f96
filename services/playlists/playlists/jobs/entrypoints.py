"""Ways in to jobs."""

from lineup.bus import Doors, rpc
from lineup.context import PARTNERS, Call, Role
from lineup.contracts.paging import Page
from lineup.contracts.playlists import GetJob, JobView, ListJobs
from playlists.jobs import operations

READERS = PARTNERS | {Role.SUPPORT}


class JobDoors(Doors):
    """Shows how the worker's jobs go."""

    @rpc(allowed=READERS)
    def get_job(self, call: Call[GetJob]) -> JobView:
        """One job."""
        return self.database.read(call, operations.get_job)

    @rpc(allowed=READERS)
    def list_jobs(self, call: Call[ListJobs]) -> Page[JobView]:
        """Jobs, newest first."""
        return self.database.read(call, operations.list_jobs)
