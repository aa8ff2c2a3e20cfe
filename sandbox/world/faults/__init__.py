"""What goes wrong in a world: at points of a run that the seed chooses, in this process.

A run comes to a point before and after each of its commits, at each statement that writes, before and after each call
that changes something in CFS, and at each checkpoint of an operation outside. Most runs are left alone; a run that is
struck is struck once, at one of its points or in some of its calls, and its job is run again until a run came through.
Now and then CFS, SFTP or the bucket stays away all evening: the runs of the next day find what waits. Kinds:

    kill      the pod is gone at once: its sessions end, and nothing of what it still tries gets out
    freeze    the pod stands still, its sessions end, another run of the job does all the work, and it wakes
    database  the sessions of the run end, as they do when the server starts again; the run goes on
    lost      CFS does what it is asked, and its answer is lost
    error     CFS answers 500 or 503: to some calls it has done what it was asked, to others not
    slow      CFS takes longer than a gateway waits: the answer is 504, and what was asked is done after the run
    away      CFS takes no call any more, until the run has ended
    sftp      the SFTP server is away while the run lasts
    store     the object store is away while the run lasts
    half      of a settlement file that waits only a part is written, which ends within a line; the rest follows after
              the run
    askew     the clock of the pod is some minutes off
    disk      the pod's disk is full: what is to be kept there for a while cannot be written
    full      the disk of the database is full: a statement that writes fails, or a commit
"""

from sandbox.world.faults.kinds import KINDS
from sandbox.world.faults.runs import WorldFaults

__all__ = ["KINDS", "WorldFaults"]
