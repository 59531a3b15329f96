"""nginx as `deploy/streaming` sets it up, as the demo's streaming server and for tests.

    python -m lineup_local.edge PORT GATEWAY_PORT ORIGIN_PORT FOLDER

It begins once the partner's secret is in the folder: before the demo is filled there is
no partner, and nothing to play.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lineup_local.errors import LocalError
from lineup_local.settings import CHECKOUT

STREAMING = CHECKOUT / "deploy" / "streaming"
LUA = Path("/usr/lib/nginx/modules/ngx_http_lua_module.so")
"""Debian's, of libnginx-mod-http-lua: with it endless files end under way."""
LOOK_SECONDS = 0.2
SECRET_SECONDS = 60
CONFIGURATION = """
{modules}
daemon off; pid {folder}/nginx.pid; error_log {error_log}; events {{ }}
http {{
  access_log {access_log};
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  proxy_max_temp_file_size 0;
  include {streaming}/maps.conf;
  {endless}
  upstream lineup {{ server 127.0.0.1:{gateway}; keepalive 8; }}
  upstream stream_origin {{ server 127.0.0.1:{origin}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    set $stream_secret "{secret}";
    include {streaming}/session.conf;
    location = /readyz {{ return 204; }}
    location / {{ return 403; }}
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A streaming server of this machine: its port, whom it asks, what it plays."""

    folder: Path
    port: int
    gateway: int
    origin: int
    access_log: str = "off"
    error_log: str = "stderr"
    check_address: str = ""
    """The gateway's IP address and port for endless files; empty: as for the rest."""
    round_seconds: int = 10
    """How often it asks about endless files."""

    @property
    def secret_file(self) -> Path:
        """Holds what grants are checked with."""
        return self.folder / "secret"

    def command(self) -> list[str]:
        """How nginx is started, with its configuration written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "nginx.conf"
        file.touch(mode=0o600)
        file.write_text(self._configuration())
        return ["nginx", "-p", str(self.folder), "-c", str(file)]

    def set_secret(self, secret: str) -> None:
        """Hand it the secret, with which it can begin."""
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.secret_file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(secret)
        new.replace(self.secret_file)

    def _configuration(self) -> str:
        modules = (LUA.with_name("ndk_http_module.so"), LUA) if LUA.exists() else ()
        return CONFIGURATION.format(
            **vars(self),
            streaming=STREAMING,
            secret=self.secret_file.read_text(),
            modules=" ".join(f"load_module {module};" for module in modules),
            endless=self._endless() if modules else "",
        )

    def _endless(self) -> str:
        """What is said where nginx has Lua; its files are copied into the folder."""
        here = self.folder / "endless.conf"
        for name in (here.name, "endless.lua"):
            text = (STREAMING / name).read_text()
            text = text.replace("/etc/nginx/lineup", str(self.folder))
            often = f"EVERY_SECONDS = {self.round_seconds}\n"
            text = text.replace("EVERY_SECONDS = 10\n", often)
            (self.folder / name).write_text(text)
        check_address = self.check_address or f"127.0.0.1:{self.gateway}"
        return (
            f"map $host $lineup_gateway {{ default {check_address}; }} include {here};"
        )


def is_there() -> bool:
    """Whether this machine has nginx."""
    return shutil.which("nginx") is not None


def secret_of(partner: str, environment: dict[str, str]) -> str:
    """A partner's stream secret, told by playlists in its own environment; LocalError
    where it tells none.
    """
    arguments = ("playlists", "stream-secret", "--partner", partner)
    try:
        completed = subprocess.run(
            (sys.executable, "-m", "lineup.command", *arguments),
            check=False,
            capture_output=True,
            text=True,
            timeout=SECRET_SECONDS,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired:
        raise LocalError("playlists did not answer in time.") from None
    if completed.returncode:
        raise LocalError(completed.stderr.strip().rpartition("\n")[2])
    return completed.stdout.strip()


def main(port: str, gateway: str, origin: str, folder: str) -> None:
    """Become nginx once there is a secret."""
    edge = Edge(
        folder=Path(folder), port=int(port), gateway=int(gateway), origin=int(origin)
    )
    while not edge.secret_file.exists():
        time.sleep(LOOK_SECONDS)
    command = edge.command()
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
