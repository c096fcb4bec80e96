"""Jobs of the manifests' worker under the stand-in for a kubelet, on a stand (ops/cluster/stand.py)."""
import copy
import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cluster")]

import yaml

from kubelet import Job, libraries
from stand import ROOT, Failure, checked, wait

# The image's user.
USER = 65532


def tool(name):
    """kubectl or kubernetes-validate: the machine's, else one of our own."""
    own = ROOT / ".build-cluster/venv/bin"
    found = shutil.which(name) or (own / name if (own / name).exists() else None)
    if not found:
        checked([sys.executable, "-m", "venv", own.parent])
        checked([own / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"])
        found = next(path for path in (own / name, own / f"{name}-cli") if path.exists())
    return str(found)


def rendered(overlay):
    return list(yaml.safe_load_all(checked([tool("kubectl"), "kustomize", HERE / overlay])))


class Bench:
    """A stand, and Jobs of the base's worker on it."""

    def __init__(self, stand):
        self.stand, self.jobs = stand, []
        self.base = next(document for document in rendered("base") if document["metadata"]["name"] == "occ-worker")
        self.secret = self.make_secret("secret", stand.worker_url.read_text())

    def make_secret(self, name, url):
        """A secret as a folder: a file that the pod's group may read."""
        folder = self.stand.folder / name
        folder.mkdir()
        (folder / "url").write_text(url)
        os.chown(folder / "url", 0, USER)
        (folder / "url").chmod(0o440)
        return folder

    def job(self, run, parallelism=2, memory="1Gi", grace_s=30, arguments=(), backoff_limit=50, secret=None, submits=True):
        """Queues a run, where one is named, and makes a Job for what is in the queue; step or run it."""
        if run and submits:
            self.stand.submit(run)
        manifest = copy.deepcopy(self.base)
        manifest["metadata"]["name"] = run or "fleet"
        manifest["spec"].update(parallelism=parallelism, backoffLimit=backoff_limit)
        pod = manifest["spec"]["template"]["spec"]
        pod["terminationGracePeriodSeconds"] = grace_s
        container = pod["containers"][0]
        for kind in ("requests", "limits"):
            container["resources"][kind] = {"cpu": "1", "memory": memory}
        # Tests have no /data: the run says where its dataset lies, as it would in a cluster.
        for name, path in (("dataset", self.stand.dataset), ("models", self.stand.folder), ("results", self.stand.output)):
            next(mount for mount in container["volumeMounts"] if mount["name"] == name)["mountPath"] = str(path)
        container["volumeMounts"] = [mount for mount in container["volumeMounts"] if mount["name"] != "models"]
        container["args"] = [*container["args"], *arguments]
        programs = self.stand.programs
        extra = [(programs / "occ-worker", "/opt/occ/bin/occ-worker"), (self.stand.model, self.stand.model)]
        extra += [(folder, folder) for folder in libraries(programs / "occ-worker")]
        environment = {"PATH": "/opt/occ/bin:/usr/bin:/bin", "OCC_LEASE_SECONDS": str(self.stand.lease_s or 30)}
        job = Job(manifest, self.stand.folder / "jobs" / f"{run or 'fleet'}-{len(self.jobs)}",
                  {"database": secret or self.secret, "dataset": self.stand.dataset, "results": self.stand.output}, environment, extra,
                  first_backoff_s=0.5)
        self.jobs.append(job)
        return job

    def done(self, run):
        return self.stand.number("SELECT count(*) FROM occ.scenes s JOIN occ.runs r ON r.id = s.run_id"
                                 f" WHERE r.name = '{run}' AND s.state = 'done'")

    def await_work(self, job, run):
        """Steps a Job until its workers are in the middle of the run."""
        wait(60, f"{run} to be worked on", lambda: job.step() == "running" and self.done(run) >= 2)
        if self.done(run) == self.stand.scenes:
            raise Failure(f"{run} was over before anything could befall it")

    def complete(self, job, run, seconds=180):
        if job.run(seconds) != "complete":
            logs = "".join(path.read_text()[-600:] for path in sorted((job.folder / "logs").iterdir())[-2:])
            raise Failure(f"the Job is {job.state}: {job.endings}\n{logs}")
        self.stand.audit(run)
