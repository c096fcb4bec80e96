"""A stand-in for a kubelet and the Job controller: starts the pods of a Job on this machine, and kills them as those would.

What it keeps of Kubernetes: a pod's process is number 1 of its own process namespace, under the manifest's user, on a read-only root with
the manifest's volumes, in control groups with the manifest's memory and CPU limits; a pod is stopped by SIGTERM, a grace period and
SIGKILL; the end of a pod is judged by podFailurePolicy, in order, then counted against backoffLimit, with a delay that doubles; a Job
without completions starts no pod any more once one has succeeded, and is complete when the last has ended. Needs root.
"""
import dataclasses
import os
import pathlib
import signal
import subprocess
import time

GROUPS = pathlib.Path("/sys/fs/cgroup")


@dataclasses.dataclass(frozen=True)
class Ending:
    """How the container of a pod ended: the exit code that Kubernetes shows, and the pod's conditions."""

    code: int
    conditions: frozenset = frozenset()
    reason: str = ""


def judge(rules, ending, container):
    """What podFailurePolicy says of a pod that failed: the action of the first rule that fits, else Count."""
    for rule in rules:
        codes = rule.get("onExitCodes")
        if codes:
            fits = ending.code in codes["values"]
            if codes.get("containerName", container) == container and fits == (codes["operator"] == "In"):
                return rule["action"]
        for pattern in rule.get("onPodConditions", []):
            if pattern["type"] in ending.conditions and pattern.get("status", "True") == "True":
                return rule["action"]
    return "Count"


def backoff_s(failures, first_s):
    """The delay before the next pod after so many counted failures: it doubles, to 36 times the first (10 s and 6 minutes there)."""
    return min(first_s * 2 ** (failures - 1), 36 * first_s) if failures else 0.0


def quantity(text):
    """Kubernetes' quantities, as far as limits use them."""
    for suffix, factor in (("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("m", 0.001)):
        if str(text).endswith(suffix):
            return float(str(text)[:-len(suffix)]) * factor
    return float(text)


class Group:
    """Control groups of one pod (version 1 or 2); what the machine does not allow is left out and named in `missing`."""

    def __init__(self, name, memory_bytes, cpus):
        self.folders, self.missing = [], []
        for controller, settings in (
                ("memory", [("memory.limit_in_bytes", "memory.max", str(int(memory_bytes)))]),
                ("cpu", [("cpu.cfs_quota_us", "cpu.max", str(int(cpus * 100_000)))])):
            if not self._make(name, controller, settings):
                self.missing.append(controller)

    def _make(self, name, controller, settings):
        for root, version in ((GROUPS / controller, 0), (GROUPS, 1)):
            folder = root / name
            try:
                # A mkdir beside the hierarchies of version 1 would make a plain folder.
                if not (root / "cgroup.procs").exists():
                    continue
                folder.mkdir(exist_ok=True)
                for setting in settings:
                    (folder / setting[version]).write_text(setting[2])
            except OSError:
                continue
            if folder not in self.folders:
                self.folders.append(folder)
            return True
        return False

    @property
    def was_out_of_memory(self):
        for folder in self.folders:
            for name in ("memory.oom_control", "memory.events"):
                try:
                    words = dict(line.split() for line in (folder / name).read_text().splitlines())
                except OSError:
                    continue
                if int(words.get("oom_kill", 0)) > 0:
                    return True
        return False

    def remove(self):
        for folder in self.folders:
            for _ in range(50):
                try:
                    folder.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.02)


# In a mount namespace of its own: a root of nothing but the system's programs and the pod's volumes, read-only.
CONTAINER = """
set -eu
root=$1 user=$2; shift 2
mount -t tmpfs -o size=1m,mode=755 pod "$root"
mkdir -p "$root/proc" "$root/sys" "$root/dev"
bind() {  # source, target, options
    if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root${2%/*}"; touch "$root$2"; fi
    mount --bind "$1" "$root$2"
    mount -o "remount,bind,$3" "$root$2"
}
while [ "$1" != -- ]; do bind "$1" "$2" "$3"; shift 3; done
shift
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -o remount,ro "$root"
exec /usr/sbin/chroot --userspec="$user" "$root" /usr/bin/env -C / "$@"
"""
SYSTEM = ["/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/alternatives", "/etc/passwd", "/dev/null", "/dev/urandom"]


class Pod:
    """One pod with one container."""

    def __init__(self, job, number):
        spec = job.pod
        container = spec["containers"][0]
        self.name, self.grace_s = f"{job.name}-{number}", spec.get("terminationGracePeriodSeconds", 30)
        self.conditions, self.killed_at, self.stopped_at = set(), None, None
        limits = container["resources"]["limits"]
        self.group = Group(f"occ-{os.getpid()}-{self.name}", quantity(limits["memory"]), quantity(limits["cpu"]))
        root = job.folder / "roots" / self.name
        root.mkdir(parents=True)
        context = spec["securityContext"]
        binds = [word for path in SYSTEM if os.path.exists(path) for word in (path, path, "rw" if path == "/dev/null" else "ro")]
        for path, target in job.extra:
            binds += [str(path), str(target), "ro"]
        for mount in container.get("volumeMounts", []):
            binds += [str(job.volumes[mount["name"]]), mount["mountPath"], "ro" if mount.get("readOnly") else "rw"]
        environment = {item["name"]: item["value"] for item in container.get("env", [])}
        environment.update(job.environment)
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", CONTAINER, "pod",
                   str(root), f"{context['runAsUser']}:{context['runAsGroup']}", *binds, "--", *container["command"], *container["args"]]
        # The shell enters the groups, then becomes the pod.
        entering = "; ".join(f"echo $$ > {folder}/cgroup.procs" for folder in self.group.folders) or ":"
        self.log = job.folder / "logs" / f"{self.name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["sh", "-c", entering + '; exec "$@"', "sh", *command], env=environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.started_at = time.monotonic()

    @property
    def first(self):
        """The host's number of the container's process 1; nil before there is one."""
        try:
            text = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        except OSError:
            return None
        return int(text.split()[0]) if text.split() else None

    @property
    def is_worker(self):
        """Whether the container's own program runs already."""
        try:
            return pathlib.Path(f"/proc/{self.first}/comm").read_text().strip() not in ("sh", "unshare", "chroot", "env", "mount")
        except OSError:
            return False

    def send(self, number):
        first = self.first
        if first and self.process.poll() is None:
            try:
                os.kill(first, number)
            except ProcessLookupError:
                pass

    def stop(self, condition=None):
        """Begins to end the pod, as a deletion does, or an eviction with its condition."""
        if self.stopped_at is None:
            self.stopped_at = time.monotonic()
            if condition:
                self.conditions.add(condition)
            self.send(signal.SIGTERM)

    def lose(self):
        """The pod's node is gone without a word."""
        self.conditions.add("DisruptionTarget")
        self.kill()

    def kill(self):
        self.killed_at = time.monotonic()
        self.send(signal.SIGKILL)
        if not self.first and self.process.poll() is None:
            self.process.kill()

    def poll(self):
        """How it ended; nil while it runs. Kills it where its grace is over."""
        code = self.process.poll()
        if code is None:
            if self.stopped_at and not self.killed_at and time.monotonic() > self.stopped_at + self.grace_s:
                self.kill()
            return None
        reason = "OOMKilled" if self.group.was_out_of_memory else ""
        self.group.remove()
        # unshare cannot end itself by SIGKILL as its child was, complains of that and leaves with 1.
        if code == 1 and self.log.read_bytes().splitlines()[-1:] and self.log.read_bytes().splitlines()[-1].startswith(b"unshare: "):
            code = 137
        return Ending(code if code >= 0 else 128 - code, frozenset(self.conditions), reason)


class Job:
    """A Job and its pods."""

    def __init__(self, manifest, folder, volumes, environment, extra, first_backoff_s=10.0):
        """`volumes`: this machine's folders by the names of the manifest; `extra`: what else a pod sees, pairs of paths."""
        self.manifest, self.folder, self.volumes, self.environment, self.extra = manifest, folder, volumes, environment, extra
        self.name, self.spec = manifest["metadata"]["name"], manifest["spec"]
        self.pod = self.spec["template"]["spec"]
        self.parallelism = self.spec.get("parallelism", 1)
        self.first_backoff_s = first_backoff_s
        self.active, self.endings = [], []
        self.succeeded = self.failed = self.ignored = self.started = 0
        self.not_before, self.state = 0.0, "running"
        for name in ("roots", "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def step(self):
        """Takes the ends of pods and starts the pods that are missing; gives the state: running, complete or failed."""
        for pod in list(self.active):
            ending = pod.poll()
            if ending is not None:
                self.active.remove(pod)
                self.note(pod, ending)
        if self.state == "running" and self.succeeded and not self.active:
            self.state = "complete"
        if self.state == "running" and not self.succeeded and time.monotonic() >= self.not_before:
            while len(self.active) < self.parallelism:
                self.active.append(Pod(self, self.started))
                self.started += 1
        return self.state

    def note(self, pod, ending):
        self.endings.append((pod.name, ending))
        if ending.code == 0:
            self.succeeded += 1
            return
        action = judge(self.spec.get("podFailurePolicy", {}).get("rules", []), ending, self.pod["containers"][0]["name"])
        if action == "Ignore":
            self.ignored += 1
        elif action == "FailJob":
            self.fail()
        else:
            self.failed += 1
            self.not_before = time.monotonic() + backoff_s(self.failed, self.first_backoff_s)
            if self.failed > self.spec.get("backoffLimit", 6):
                self.fail()

    def fail(self):
        self.state = "failed"
        for pod in self.active:
            pod.stop()

    def run(self, seconds, meanwhile=lambda job: None):
        """Steps until the Job is over and no pod is left, for so long at most."""
        end = time.monotonic() + seconds
        while (self.step() == "running" or self.active) and time.monotonic() < end:
            meanwhile(self)
            time.sleep(0.1)
        return self.state

    def end(self):
        """Kills what is left."""
        for pod in self.active:
            pod.kill()
        for pod in self.active:
            pod.process.wait()
            pod.group.remove()
        self.active = []


def libraries(program):
    """Folders of libraries that a program needs outside of the system's."""
    found = set()
    for line in subprocess.run(["ldd", str(program)], capture_output=True, text=True).stdout.splitlines():
        words = line.split()
        if len(words) > 2 and words[2].startswith("/") and not words[2].startswith(("/lib/", "/usr/")):
            found.add(os.path.dirname(words[2]))
    return sorted(found)
