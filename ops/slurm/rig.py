"""A private Slurm on loopback, started without systemd as root: munge, a controller, and nodes that are all this machine."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

from stand import Failure, descendants, free_port, send, wait

PACKAGES = ["slurmctld", "slurmd", "slurm-client", "munge"]


def install():
    """Installs what is missing of Debian's Slurm; its services are kept from starting."""
    if all(shutil.which(program) for program in ("slurmctld", "slurmd", "sbatch", "munged")):
        return
    policy = pathlib.Path("/usr/sbin/policy-rc.d")
    is_ours = not policy.exists()
    if is_ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], check=True,
                       env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    finally:
        if is_ours:
            policy.unlink()


class Slurm:
    """The cluster.

    `cpus` per node may be more than the machine has: nothing is bound to cores then. `binds` binds tasks to the cores that they were
    given, and by control groups too where `constrains`.
    """

    def __init__(self, folder, nodes, cpus, binds=False, constrains=False):
        self.folder, self.cpus, self.binds, self.constrains = folder, cpus, binds, constrains
        self.nodes = [f"occ{number}" for number in range(1, nodes + 1)]
        self.configuration = folder / "slurm.conf"
        self.daemons = {}
        # Slurm's programs look for it here.
        self.environment = {**os.environ, "SLURM_CONF": str(self.configuration)}

    def start(self):
        for name in ("state", "spool", "log", "munge"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        key = self.folder / "munge/key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        self._start("munged", ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge/socket",
                               f"--pid-file={self.folder}/munge/pid", f"--seed-file={self.folder}/munge/seed"])
        wait(10, "munged", (self.folder / "munge/socket").exists)
        self._write_configuration()
        self._start("slurmctld", ["slurmctld", "-D", "-i", "-f", str(self.configuration)])
        for node in self.nodes:
            self.start_node(node)
        wait(60, "the nodes", lambda: self.states() == {node: "idle" for node in self.nodes})

    def _write_configuration(self):
        ports = [free_port() for _ in self.nodes]
        task = "task/cgroup,task/affinity" if self.constrains else "task/affinity" if self.binds else "task/none"
        lines = [
            "ClusterName=occ", "SlurmctldHost=localhost(127.0.0.1)", f"SlurmctldPort={free_port()}", "SlurmUser=root", "SlurmdUser=root",
            f"StateSaveLocation={self.folder}/state", f"SlurmdSpoolDir={self.folder}/spool/%n", f"SlurmctldPidFile={self.folder}/ctl.pid",
            f"SlurmdPidFile={self.folder}/%n.pid", f"SlurmctldLogFile={self.folder}/log/slurmctld", f"SlurmdLogFile={self.folder}/log/%n",
            f"AuthInfo=socket={self.folder}/munge/socket,cred_expire=5", "AuthType=auth/munge", "MailProg=/bin/true", "MpiDefault=none",
            f"ProctrackType=proctrack/{'cgroup' if self.constrains else 'linuxproc'}", f"TaskPlugin={task}", "SelectType=select/cons_tres",
            "SelectTypeParameters=CR_CPU_Memory", "SwitchType=switch/none", "JobAcctGatherType=jobacct_gather/none", "ReturnToService=2",
            "SlurmctldTimeout=60", "SlurmdTimeout=15", "KillWait=15", "InactiveLimit=0", "MinJobAge=3600", "PriorityType=priority/basic",
            "SchedulerParameters=sched_min_interval=100000,bf_interval=2", "MaxArraySize=1001",
            "SlurmdParameters=config_overrides" if not self.binds else "",
            "PreemptType=preempt/partition_prio", "PreemptMode=REQUEUE",
        ]
        shape = "Boards=1 SocketsPerBoard=1 ThreadsPerCore=1"
        for node, port in zip(self.nodes, ports):
            lines.append(f"NodeName={node} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs={self.cpus}"
                         f" CoresPerSocket={self.cpus} {shape} RealMemory=16000")
        members = ",".join(self.nodes)
        lines += [
            f"PartitionName=cpu Nodes={members} Default=YES MaxTime=INFINITE State=UP PriorityTier=1",
            # A preempted job gets SIGTERM, and is ended this much later.
            f"PartitionName=graceful Nodes={members} MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=15",
            f"PartitionName=urgent Nodes={members} MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF",
        ]
        self.configuration.write_text("\n".join(line for line in lines if line) + "\n")
        (self.folder / "cgroup.conf").write_text(
            f"CgroupMountpoint=/sys/fs/cgroup\nCgroupPlugin=cgroup/v1\nConstrainCores={'yes' if self.constrains else 'no'}\n")

    def _start(self, name, command):
        log = open(self.folder / "log" / f"{name}.out", "a")
        self.daemons[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                                              start_new_session=True, cwd="/")

    def start_node(self, node):
        self._start(node, ["slurmd", "-D", "-N", node, "-f", str(self.configuration)])

    def lose_node(self, node):
        """A node without power: its daemon and everything that runs on it are gone at once."""
        lost = []
        for process in descendants():
            try:
                environment = pathlib.Path(f"/proc/{process}/environ").read_bytes()
                command = pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
            except OSError:
                continue
            if f"SLURMD_NODENAME={node}\0".encode() in environment + b"\0" or command.startswith(b"slurmstepd:") and self._is_parent(
                    process, node):
                lost.append(process)
        self.daemons[node].kill()
        for process in lost:
            send(process, signal.SIGKILL)
        self.daemons[node].wait()

    @staticmethod
    def _is_parent(process, node):
        """Whether a task of the node runs under a process."""
        for child in descendants(process):
            try:
                if f"SLURMD_NODENAME={node}\0".encode() in pathlib.Path(f"/proc/{child}/environ").read_bytes():
                    return True
            except OSError:
                pass
        return False

    def lose_daemon(self, node):
        """A node that Slurm no longer hears of, while its tasks go on."""
        self.daemons[node].kill()
        self.daemons[node].wait()

    # Slurm's programs.

    def ask(self, *command, required=True, **options):
        result = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                                **{"env": self.environment, **options})
        if required and result.returncode != 0:
            raise Failure(f"{' '.join(map(str, command))} left with {result.returncode}: {result.stdout}{result.stderr}")
        return result.stdout

    def states(self):
        """The state of each node."""
        return dict(line.split() for line in self.ask("sinfo", "-h", "-N", "-p", "cpu", "-o", "%N %T", required=False).splitlines())

    def tasks(self, job, states=None):
        """Tasks of an array that are not over: `job_index`, in a state of those, or any."""
        rows = [line.split() for line in self.ask("squeue", "-h", "-r", "-j", job, "-o", "%i %T %N", required=False).splitlines()]
        return [row for row in rows if not states or row[1] in states]

    def task(self, task):
        """What `scontrol show job` says of a task."""
        words = self.ask("scontrol", "show", "job", "-o", task).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def stop(self):
        for process in reversed(list(self.daemons.values())):
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + 10
        for process in self.daemons.values():
            try:
                process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
