"""Asks checkov whether the manifests of every overlay keep its rules for Kubernetes.

`deploy/k8s/.checkov.yaml` says which rules are not asked for, and why. checkov brings
a hundred packages of its own, so it runs in an environment apart.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from lineup_local.checks import uv
from lineup_local.settings import CHECKOUT

CHECKOV = "checkov==3.3.30"
FOLDER = CHECKOUT / "deploy" / "k8s"
SECONDS = 600


def main() -> int:
    """Build each overlay and have it looked at; 0 when nothing is found."""
    with tempfile.TemporaryDirectory() as name:
        for overlay in sorted((FOLDER / "overlays").iterdir()):
            (Path(name) / f"{overlay.name}.yaml").write_bytes(_built(overlay))
        settings = str(FOLDER / ".checkov.yaml")
        arguments = ["checkov", "--directory", name, "--config-file", settings]
        return subprocess.run(
            [uv(), "tool", "run", "--from", CHECKOV, *arguments],
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=SECONDS,
        ).returncode


def _built(overlay: Path) -> bytes:
    kubectl = Path(sys.executable).parent / "kubectl"
    return subprocess.run(
        [kubectl, "kustomize", overlay],
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS,
    ).stdout


if __name__ == "__main__":
    sys.exit(main())
