"""Mail servers as nobody wants them, each a real one on a port of its own."""

import socket
import threading
from base64 import b64decode
from contextlib import suppress


class OddServer:
    """Listens until it is closed; `talk` says how it treats who comes."""

    def __init__(self, talk):
        self.came = threading.Event()
        """Somebody connected."""
        self.goes_on = threading.Event()
        """What a tarpit waits for before each answer."""
        self.at_once = self.most_at_once = self.calls = 0
        self._lock = threading.Lock()
        self._open = []
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        """Let everybody go."""
        self.goes_on.set()
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _listen(self):
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                serving = (connection,)
                threading.Thread(target=self._serve, args=serving, daemon=True).start()

    def _serve(self, connection):
        with self._lock:
            self._open.append(connection)
            self.calls += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.came.set()
        with connection, suppress(OSError):
            self._talk(self, connection)
        with self._lock:
            self.at_once -= 1


def silence(server, connection):
    """Take the connection and say nothing, until the client or the test gives up."""
    while connection.recv(1000):
        pass


def reset(_server, connection):
    """Hang up at once, rudely."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def chatter(_server, connection):
    """One reply without an end."""
    while True:
        connection.sendall(b"220-and furthermore\r\n" * 100)


def nonsense(_server, connection):
    """No SMTP at all."""
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
    connection.recv(1000)


def tarpit(server, connection):
    """Take mails properly, and wait before every answer."""
    server.goes_on.wait(60)
    connection.sendall(b"220 slow.example ESMTP\r\n")
    speak(connection, before=lambda: server.goes_on.wait(60))


def dropping(after):
    """Hang up in the middle of the mail that comes after so many."""

    def talk(_server, connection):
        connection.sendall(b"220 moody.example ESMTP\r\n")
        speak(connection, most=after)

    return talk


def saying(answer):
    """Take mails, and say this at the end of each."""

    def talk(_server, connection):
        connection.sendall(b"220 odd.example ESMTP\r\n")
        speak(connection, answer=answer)

    return talk


def password_prompt(mechanisms, received):
    """Ask for a password in one of the ways offered, and note what is told."""

    def talk(_server, connection):
        connection.sendall(b"220 strict.example ESMTP\r\n")
        for line in connection.makefile("rb"):
            if line.upper().startswith(b"EHLO"):
                connection.sendall(
                    b"250-strict.example\r\n250 AUTH " + mechanisms + b"\r\n"
                )
            elif line.startswith(b"AUTH LOGIN"):
                received.append(b64decode(line.split()[-1]))
                connection.sendall(b"334 UGFzc3dvcmQ6\r\n")
            elif line.startswith(b"AUTH"):
                received.append(b64decode(line.split()[-1]))
                connection.sendall(b"235 welcome\r\n")
                speak(connection)
                return
            else:
                received.append(b64decode(line))
                connection.sendall(b"535 no\r\n")
                return

    return talk


def speak(connection, before=lambda: None, most=None, answer=b"250 taken"):
    """SMTP, as far as a sender needs it."""
    file = connection.makefile("rb")
    mails = 0
    for line in file:
        before()
        verb = line[:4].upper()
        if verb == b"DATA":
            if mails == most:
                return
            mails += 1
            connection.sendall(b"354 go on\r\n")
            while file.readline() not in (b".\r\n", b""):
                pass
            connection.sendall(answer + b"\r\n")
        elif verb == b"QUIT":
            return
        else:
            connection.sendall(b"250 fine\r\n")
