#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""board.py FIRMWARE.elf FLASH [--port N] [--check]: starts the virtual board.

Its console is this terminal.  TCP port N of 127.0.0.1 leads to port 443 of the board.  With --check
it only says whether it could start: the port is to be free, and the flash not in use.
"""
import argparse
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import flash  # noqa: E402

QEMU = "qemu-system-riscv32"
PATIENCE = 60  # seconds until a condition that must come true is given up
EXIT_TRAP, EXIT_ASSERT, EXIT_BOOT = 77, 78, 79  # board.h


def command(elf, image, ports=(0, 0), icount=False, monitor=None):
    """QEMU's command line: an ESP32-C3's instruction set, and nothing of the network but us.

    With icount one instruction takes one nanosecond of the board's time, whatever the PC does.
    """
    forwards = "".join(f",hostfwd=tcp:127.0.0.1:{here}-:{there}"
                       for here, there in zip(ports, (443, 80)) if here is not None)
    words = [QEMU, "-M", "virt", "-cpu", "rv32,a=false,f=false,d=false", "-m", "128M", "-bios",
             "none", "-kernel", elf, "-display", "none", "-serial", "stdio",
             "-global", "virtio-mmio.force-legacy=false",
             "-netdev", f"user,id=n0,restrict=on{forwards}", "-device", "virtio-net-device,netdev=n0",
             "-object", "rng-builtin,id=r0", "-device", "virtio-rng-device,rng=r0",
             "-drive", f"if=none,id=f0,format=raw,file={image}", "-device", "virtio-blk-device,drive=f0"]
    # With a monitor the core waits until it is told to go: a short program would not be seen.
    words += ["-S", "-monitor", f"unix:{monitor},server=on,wait=off"] if monitor else ["-monitor", "none"]
    return words + (["-icount", "shift=0"] if icount else [])


def wait_until(condition, what, seconds=PATIENCE):
    """Returns the first true value of condition()."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what}: not within {seconds} s"
        time.sleep(0.01)


class Board:
    """A board that runs, its console in a file."""

    def __init__(self, elf, image, folder, icount=False):
        self.console_path = os.path.join(folder, "console")
        # The path of a Unix socket may have 107 bytes, and test folders are longer.
        self.run = tempfile.TemporaryDirectory(prefix="hatch-board-")
        path = os.path.join(self.run.name, "monitor")
        with open(self.console_path, "wb") as console:
            self.process = subprocess.Popen(
                list(map(str, command(elf, image, icount=icount, monitor=path))),
                stdin=subprocess.PIPE, stdout=console, stderr=subprocess.STDOUT)
        try:
            self._monitor = wait_until(lambda: self._connect(path), "QEMU's monitor")
            self._answer()
            ports = dict((int(there), int(here)) for here, there in re.findall(
                r"127\.0\.0\.1 +(\d+) +[\d.]+ +(\d+)", self.monitor("info usernet")))
            self.port, self.plain_port = ports[443], ports[80]
            self.monitor("cont")
        except BaseException:
            self.kill()
            raise

    def _connect(self, path):
        assert self.process.poll() is None, self.console()
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(PATIENCE)
        try:
            link.connect(path)
        except OSError:
            link.close()
            return None
        return link

    def _answer(self):
        text = b""
        while not text.endswith(b"(qemu) "):
            try:
                data = self._monitor.recv(65536)
            except ConnectionResetError:
                data = b""
            assert data, f"QEMU has ended: {self.console()}"
            text += data
        return text.decode(errors="replace")

    def monitor(self, line):
        """What QEMU answers to a command for people."""
        self._monitor.sendall(line.encode() + b"\n")
        return self._answer()

    def console(self):
        with open(self.console_path, "rb") as file:
            return file.read().decode(errors="replace")

    def await_console(self, expression):
        def found():
            match = re.search(expression, self.console(), re.M)
            assert match or self.process.poll() is None, f"it ended: {self.console()}"
            return match
        return wait_until(found, f"{expression} on the console")

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def wait(self, seconds=PATIENCE):
        return self.process.wait(seconds)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        with contextlib.suppress(AttributeError):
            self._monitor.close()
        self.run.cleanup()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("elf")
    parser.add_argument("flash")
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    if not 0 < args.port < 65536:
        sys.exit("board.py: a port is 1 to 65535")
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", args.port))
        flash.check_free(args.flash)
    except OSError as error:
        sys.exit(f"board.py: port {args.port} cannot be had ({error.strerror}): choose another with PORT=")
    except ValueError as error:
        sys.exit(f"board.py: {error}")
    if not args.check:
        os.execvp(QEMU, list(map(str, command(args.elf, args.flash, (args.port, None)))))


if __name__ == "__main__":
    main()
