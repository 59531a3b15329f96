"""A RabbitMQ of several nodes on this machine, each of which can be killed."""

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

from running import free_ports, until

from lineup import broker
from lineup_local.rabbitmq import PROGRAMS

LOOPBACK = "127.0.0.1"
START_SECONDS = 90


class Node:
    """One node: its ports, its folder, its process."""

    def __init__(self, cluster, number, port, own_port):
        self.name = f"lineup{number}@localhost"
        self.address = f"{LOOPBACK}:{port}"
        self._folder = cluster.folder / f"node{number}"
        self._folder.mkdir()
        self._process = None
        self.environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(cluster.folder),  # the cookie that they share lies there
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder / "logs"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "none.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": "/dev/null",
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_DIST_PORT": str(own_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1}"
            ),
            "ERL_EPMD_PORT": str(cluster.names_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
        }

    def configure(self, nodes):
        """Say where it listens, and who belongs to its cluster."""
        peers = "cluster_formation.classic_config.nodes"
        lines = [
            f"listeners.tcp.local = {self.address}",
            "vm_memory_high_watermark.absolute = 1GB",
            "disk_free_limit.absolute = 50MB",
            "log.console = false",
            "log.file.level = warning",
            "cluster_formation.peer_discovery_backend = classic_config",
            *(f"{peers}.{n} = {node.name}" for n, node in enumerate(nodes, 1)),
        ]
        (self._folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")

    def start(self):
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [PROGRAMS / "bin" / "rabbitmq-server", "-noinput"],
                env=self.environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self):
        """End it as a machine that loses its power."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def answers(self):
        try:
            uri = f"amqp://guest:guest@{self.address}/"
            broker.close(broker.connect(uri, name="tests"))
        except broker.LOST:
            return False
        return True


class BrokerCluster:
    """So many nodes, all up."""

    def __init__(self, folder: Path, size: int):
        self.folder = folder
        self.names_port, *ports = map(int, free_ports().values())
        (folder / ".erlang.cookie").write_text("LINEUPTESTS")
        (folder / ".erlang.cookie").chmod(0o400)
        self._names = None
        self.nodes = [
            Node(self, number, ports.pop(), ports.pop()) for number in range(size)
        ]
        for node in self.nodes:
            node.configure(self.nodes)

    @property
    def uri(self):
        """The address of all nodes, for one client."""
        hosts = ",".join(node.address for node in self.nodes)
        return f"amqp://guest:guest@{hosts}/"

    def start(self):
        epmd = shutil.which("epmd") or "epmd"
        where = ["-port", str(self.names_port), "-address", LOOPBACK]
        self._names = subprocess.Popen([epmd, *where], stdin=subprocess.DEVNULL)
        for node in self.nodes:
            node.start()
        self.wait()

    def wait(self):
        """Wait until every node answers and knows of all."""
        for node in self.nodes:
            until(node.answers, f"{node.name} to answer", START_SECONDS)
        subprocess.run(
            [
                PROGRAMS / "bin" / "rabbitmqctl",
                *("await_online_nodes", str(len(self.nodes))),
                *("--timeout", str(START_SECONDS)),
            ],
            env=self.nodes[0].environment,
            check=True,
            timeout=2 * START_SECONDS,
            stdout=subprocess.DEVNULL,
        )

    def stop(self):
        for node in self.nodes:
            node.kill()
        if self._names is not None:
            self._names.terminate()
            self._names.wait(30)


@contextmanager
def running_cluster(folder, size):
    """A cluster for as long as the body runs."""
    cluster = BrokerCluster(folder, size)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
