# SPDX-License-Identifier: MIT
"""The virtual board itself: what it protects, what it keeps, and a network that loses frames."""
import contextlib
import os
import re
import socket
import subprocess

import pytest

import harness
from harness import Client, get, pattern, request, wait_until

READY = r"^443 80\r?$"
LONG = harness.LONG


def end(board):
    """Ends it as its user would; returns the last of its console."""
    board.type("q")
    assert board.wait() == 0, board.console()
    return board.console()


# ---- what is protected --------------------------------------------------------------------------


@pytest.mark.parametrize("mistake, line", [
    ("null", r"TRAP no right to write there: mcause=7 mepc=0x8\w+ mtval=0x00000000\b"),
    ("past", r"TRAP no right to write there: mcause=7 mepc=0x8\w+ mtval=0x80450000\b"),
    ("code", r"TRAP no right to write there: mcause=7 mepc=0x8\w+ mtval=0x8000\w+\b"),
    ("data", r"TRAP no right to run here: mcause=1 mepc=0x804\w+ mtval=0x804\w+\b"),
    ("stack", r"TRAP no right to write there: .* \(the main stack is full\)"),
    ("task", r"TRAP the stack of task small is full"),
])
def test_a_mistake_traps(boot, mistake, line):
    board = boot(args=f"trouble={mistake}")
    assert board.wait() == harness.virt_board.EXIT_TRAP, board.console()
    assert re.search(line, board.console()), board.console()


def test_half_an_identity_is_refused(boot, pki, tmp_path):
    harness.virt_flash.make(tmp_path / "half", {"cert": pki.files()[0].read_bytes()})
    board = boot(flash=tmp_path / "half")
    assert board.wait() == harness.virt_board.EXIT_BOOT
    assert "half an identity: flash.py IMAGE cert=@FILE key=@FILE" in board.console()


def fingerprint(board):
    return board.await_console(r"identity: \S+, (made now|from the store); SHA-256 fingerprint ([0-9A-F:]{95})\b").groups()


def test_its_own_identity_survives_a_reboot(boot, tmp_path):
    """Made at the first start and kept in the flash; another device has another one."""
    harness.virt_flash.make(tmp_path / "device", {"hostname": b"localhost", "args": b"max_conns=4"})
    first = boot(flash=tmp_path / "device")
    how, print1 = fingerprint(first)
    assert how == "made now"
    first.await_console(READY)
    pem = harness.ssl.get_server_certificate(("127.0.0.1", first.port))
    context = harness.ssl.create_default_context(cadata=pem)  # trusts it, and checks the name
    with Client(first.port, context) as client:
        assert client.ask("/t/hello").status == 200
    end(first)
    first.kill()
    again = boot(flash=tmp_path / "device")
    assert fingerprint(again) == ("from the store", print1)
    again.await_console(READY)
    with Client(again.port, context) as client:
        assert client.ask("/t/hello").status == 200
    end(again)
    harness.virt_flash.make(tmp_path / "other", {"hostname": b"localhost"})
    other = boot(flash=tmp_path / "other")
    assert fingerprint(other)[1] != print1


def test_a_client_resumes_after_a_reboot(boot, pki, tmp_path):
    """With the key of its tickets in the flash; not in TLS 1.2, and not without being asked to."""
    cert, key = pki.files()

    def visit(board, version, name, *more):
        board.await_console(READY)
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{board.port}", "-CAfile", pki.ca, "-ign_eof",
             version, name, tmp_path / f"session{version}", *more], input=request("/t/hello", close=True),
            capture_output=True, timeout=60, check=True)
        return b"\nReused, " in done.stdout

    for args, resumes in (("keep_tickets=1", True), ("", False)):
        flash = tmp_path / f"flash{resumes}"
        harness.virt_flash.make(flash, {"cert": cert.read_bytes(), "key": key.read_bytes(),
                                        "args": f"max_conns=4 {args}".encode()})
        board = boot(flash=flash)
        for version in ("-tls1_3", "-tls1_2"):
            assert not visit(board, version, "-sess_out")
        end(board)
        board.kill()
        board = boot(flash=flash)
        if resumes:
            # QEMU starts the board's clock at a whole second: it may seem to have gone back a little,
            # and a ticket from the future is not taken.
            wait_until(lambda: visit(board, "-tls1_3", "-sess_in"), "the client resumes")
        else:
            assert not visit(board, "-tls1_3", "-sess_in")
        assert not visit(board, "-tls1_2", "-sess_in")
        end(board)


def test_a_setting_that_is_none_is_refused(boot):
    board = boot(args="max_cons=4")
    assert board.wait() == 2 and "no such setting: max_cons=4" in board.console()


def test_no_more_connections_than_sockets(boot):
    """64 sockets: two listen and one wakes."""
    board = boot(args="max_requests=1 max_conns=62")
    assert board.wait() == 1
    assert "config.max_conns is 62, which needs 64 sockets: the platform has fewer" in board.console()
    board = boot(args="max_requests=1 max_conns=61")
    board.await_console(READY)
    end(board)


def test_the_console_tells_who_and_where(boot):
    board = boot(args="max_conns=4")
    board.await_console(READY)
    text = end(board)
    assert re.search(r"^board: 320 kB of memory, 2\d\d of heap, main stack 8192 bytes", text, re.M)
    assert re.search(r"^network: address 10\.0\.2\.15\r?$", text, re.M)
    for task in ("main", "tcpip", "console"):
        used, size = map(int, re.search(rf"stack of {task}: (\d+) of (\d+) bytes", text).groups())
        assert 0 < used < size
    assert re.search(r"^board: heap: \d+ bytes free, largest block \d+", text, re.M)


# ---- too little memory --------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_out_of_memory_newcomers_wait(boot, pki, version):
    """Who comes when the heap is full waits, and a line says so; those who are there are answered."""
    # Each with record buffers of its own: without, the heap carries more than there are requests.
    board = boot("test-200.elf", args="max_conns=16 client_conns=16 max_requests=5 goodbye_ms=200 "
                                      "record_buffers=65535 log_level=3")
    board.await_console(READY)
    context = pki.context(maximum_version=harness.ssl.TLSVersion[version])
    before = board.counters()
    held = []
    while not re.search("no memory for another TLS connection", board.console()):
        client = Client(board.port, context)
        # Answered after a while: until then the connection is not idle, so it is not evicted.
        client.send(request("/t/never?timeout=4000"))
        held.append(client)
        assert len(held) < 16
        with contextlib.suppress(TimeoutError):  # the next one waits, if there is no memory for it
            newcomer = Client(board.port, context, timeout=0.5)
            newcomer.close()
    assert len(held) >= 2
    newcomer = socket.create_connection(("127.0.0.1", board.port), timeout=harness.PATIENCE)
    for client in held:
        assert client.response().status == 504
        assert client.ask("/t/hello").status == 200
        client.close()
    with context.wrap_socket(newcomer, server_hostname="localhost") as tls:  # it has waited
        tls.sendall(request("/t/hello", close=True))
        assert tls.recv(12) == b"HTTP/1.1 200"
    assert board.console().count("no memory for another TLS connection") <= len(held) + 1
    assert not re.search("refused: |no TLS connection: .*memory", board.console())

    def is_back():
        now = board.counters()
        return now["conns"] == 1 and before["heap_free"] - now["heap_free"] < 2048
    wait_until(is_back, "the memory free again")
    end(board)


def test_idle_ones_make_room_when_memory_is_short(boot, pki):
    """Every newcomer is served, however many there are; those idle for longest are closed."""
    board = boot("test-200.elf", args="max_conns=32 client_conns=32 max_requests=1 idle_ms=3600000 "
                                      "record_buffers=65535")  # each its own: memory is soon short
    board.await_console(READY)
    held = []
    for _ in range(20):
        held.append(Client(board.port, pki.context()))
        assert held[-1].ask("/t/hello").body == b"hello\n"
    now = board.counters()
    assert now["evicted"] >= 10 and now["conns_max"] < 20, now
    assert held[-1].ask("/t/hello").status == 200
    for client in held:
        client.close()
    end(board)


def test_silent_ones_make_room_when_memory_is_short(boot, pki):
    """Ten who say nothing, with an hour for it, have spoken for all the memory there is."""
    board = boot("test-200.elf", args="max_conns=16 client_conns=16 max_requests=3 handshake_ms=3600000")
    board.await_console(READY)
    silent = [socket.create_connection(("127.0.0.1", board.port), harness.PATIENCE) for _ in range(10)]
    for _ in range(3):
        with Client(board.port, pki.context()) as client:
            assert client.ask("/t/hello").status == 200
    assert board.counters()["evicted"] >= 1
    for sock in silent:
        sock.close()
    end(board)


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_the_heap_is_back_after_many_handshakes(boot, pki, version):
    board = boot(args="max_conns=8 max_requests=2 log_level=2")
    board.await_console(READY)
    context = pki.context(maximum_version=harness.ssl.TLSVersion[version])

    def handshakes(count):
        for _ in range(count):
            assert get(board.port, "/t/hello", context).status == 200

    def settled():
        wait_until(lambda: board.counters()["conns"] == 1, "all closed")
        return board.counters()

    handshakes(10)  # caches fill
    before = settled()
    handshakes(1000 if LONG else 100)
    after = settled()
    assert after["full"] >= before["full"] + 100
    # lwIP keeps the end of a connection for a while (TIME-WAIT): some 200 bytes for each.
    wait_until(lambda: before["heap_free"] - board.counters()["heap_free"] < 1024, "the heap is back")
    wait_until(lambda: board.counters()["heap_largest"] > before["heap_largest"] // 2, "and not in pieces")
    end(board)


# ---- the network --------------------------------------------------------------------------------


def test_a_tenth_of_all_frames_is_lost(boot, pki):
    """In each direction.  The emulator's own TCP repeats after 6 s, 12 s, 24 s: hence the patience."""
    for version in ("TLSv1_2", "TLSv1_3") if LONG else ("TLSv1_3",):
        board = boot(args="max_conns=8 max_requests=2 handshake_ms=900000 head_ms=900000 "
                          "body_ms=900000 send_ms=900000 idle_ms=900000", loss="10")
        board.await_console(READY)
        context = pki.context(maximum_version=harness.ssl.TLSVersion[version])
        for _ in range(20 if LONG else 2):
            with Client(board.port, context, timeout=900) as client:
                assert client.ask("/t/hello").body == b"hello\n"
        with Client(board.port, context, timeout=900) as client:
            length = 200000 if LONG else 60000
            assert client.ask(f"/t/stream?len={length}").body == pattern(length)
            body = os.urandom(60000 if LONG else 6000)
            assert client.ask("/t/echo", method="POST", body=body).body == body
        end(board)


def test_a_client_that_vanishes(boot, pki):
    """No FIN, no RST: the cable is out.  The deadlines end what was there, and it goes on."""
    board = boot(args="max_conns=8 max_requests=2 idle_ms=1500 head_ms=1500 send_ms=1500 "
                      "handshake_ms=1500 goodbye_ms=500")
    board.await_console(READY)
    before = board.counters()
    idle, asking, reading = (Client(board.port, pki.context()) for _ in range(3))
    assert idle.ask("/t/hello").status == 200
    asking.send(request("/t/hello")[:20])
    reading.send(request("/t/static"))
    raw = socket.create_connection(("127.0.0.1", board.port))
    wait_until(lambda: board.counters()["conns"] == 5, "all of them there")
    board.monitor("set_link n0 off")
    wait_until(lambda: len(re.findall(r"closed: ", board.console())) >= 4 + 1, "the end of all, the watch too")
    board.monitor("set_link n0 on")
    assert get(board.port, "/t/hello", pki.context()).status == 200
    wait_until(lambda: board.counters()["conns"] == 1, "only the one who asks")
    for client in (idle, asking, reading, raw):
        client.close()
    wait_until(lambda: before["heap_free"] - board.counters()["heap_free"] < 2048, "the heap is back")
    end(board)
