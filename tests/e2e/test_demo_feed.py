# SPDX-License-Identifier: MIT
"""What the demo sends by itself: events and who may have them, and the room to talk in."""
import json

import harness
from harness import running, wait_until
from live import RawSocket, Subscriber, TEXT, frame
from test_demo import Visitor, printed_password

CHAT = "/ws/chat"


# ---- events -----------------------------------------------------------------------------------


def subscribed(demo, pki, path="/api/events", fields=()):
    return Subscriber(demo.port, path, pki.context(), fields)


def next_of(subscriber, name):
    """The data of the next event of that name."""
    while True:
        kind, _, data = subscriber.event()
        if kind == name:
            return json.loads(data)


def test_the_first_event_is_the_whole(demo, pki):
    with subscribed(demo, pki) as one, Visitor(demo, pki) as visitor:
        assert one.status == 200 and one.head["content-type"] == "text/event-stream"
        kind, _, data = one.event()
        said, asked = json.loads(data), visitor.ask("/api/state").json()
        assert kind == "all" and set(asked) - set(said) == {"connections", "log"} and set(said) <= set(asked)
        assert said["run"] == asked["run"] and said["this"]["secure"] and len(said["leds"]) == 4
        first, second = (next_of(one, "state") for _ in range(2))
        assert second["second"] == first["second"] + 1 > said["second"] and second["live"] >= 1
        assert set(first["last"]) == {"requests", "heap", "largest"}


def test_what_changes_is_sent(demo, pki):
    with subscribed(demo, pki) as one, Visitor(demo, pki) as visitor:
        before = next_of(one, "all")
        assert next_of(one, "handshake")["shake"] == before["shake"] + 1  # the visitor's
        was = before["leds"][2]
        for on in (not was, was):
            assert visitor.ask("/api/led/2", "PUT", body=b"on" if on else b"off").status == 200
            assert next_of(one, "leds")["leds"][2] is on
        assert visitor.log_in("admin", printed_password(demo)).status == 200
        assert visitor.post("/api/settings", name='A "device"', colour="#00ff7f").status == 200
        assert next_of(one, "settings") == {"name": 'A "device"', "colour": "#00ff7f"}
        table = next_of(one, "connections")["connections"]
        assert {row["live"] for row in table} == {True, False}
        assert {row["peer"] for row in table} == {""} and before["you"]["client"] in {row["client"] for row in table}
        assert before["you"]["peer"] in ("127.0.0.1", "10.0.2.2")


def test_the_log_is_for_who_has_logged_in(demo, pki):
    with subscribed(demo, pki, "/api/members/events") as nobody:
        assert nobody.status == 401
    with Visitor(demo, pki) as visitor:
        visitor.log_in("admin", printed_password(demo))
        with subscribed(demo, pki, "/api/members/events", [f"Cookie: {visitor.cookie}"]) as one:
            assert one.status == 200
            first = next_of(one, "log")
            numbers = [line["n"] for line in first["log"]]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and len(numbers) >= 3
            visitor.ask("/api/led/3?x=%22%5C")
            lines = first["log"]
            while "/api/led/3" not in lines[-1]["text"]:
                lines = next_of(one, "log")["log"]
                assert lines[0]["n"] == numbers[-1] + 1 and len(lines) == 1
                numbers.append(lines[0]["n"])
            visitor.ask("/api/led/3")
            assert all(row["peer"] for row in next_of(one, "connections")["connections"])
    with subscribed(demo, pki) as everybody:
        kinds = {everybody.event()[0] for _ in range(4)}
        assert "log" not in kinds


def test_who_has_logged_out_hears_no_more(demo, pki):
    """Also on a connection of its own; and who is still logged in comes back."""
    with Visitor(demo, pki) as visitor, Visitor(demo, pki) as stays:
        for one in (visitor, stays):
            one.log_in("admin", printed_password(demo))
        cookies = [[f"Cookie: {one.cookie}"] for one in (visitor, stays)]
        with subscribed(demo, pki, "/api/members/events", cookies[0]) as first, \
             subscribed(demo, pki, "/api/members/events", cookies[1]) as second:
            assert visitor.post("/api/logout").status == 200
            for one in (first, second):
                while one.piece():
                    pass
        with subscribed(demo, pki, "/api/members/events", cookies[0]) as gone:
            assert gone.status == 401
        with subscribed(demo, pki, "/api/members/events", cookies[1]) as back:
            assert back.status == 200


def test_one_client_leaves_one_place(pki, tmp_path):
    """Half of the places are for live connections, on the board five."""
    server = harness.hatch_serve(pki, tmp_path, "--connections", "10")
    with running(server):
        held = [subscribed(server, pki) for _ in range(4)]
        assert [one.status for one in held] == [200] * 4
        with subscribed(server, pki) as another:
            assert another.status == 503
        with RawSocket(server.port, CHAT, pki.context()) as another:
            assert another.status == 503
        held.pop().close()

        def served():
            with subscribed(server, pki) as another:
                return another.status == 200
        wait_until(served, "a place that came free")
        for one in held:
            one.close()


# ---- the room ---------------------------------------------------------------------------------


class Guest(RawSocket):
    def __init__(self, demo, pki, fields=()):
        super().__init__(demo.port, CHAT, pki.context(), fields)
        if self.status == 101:
            self.welcome = self.hear()

    def say(self, text):
        self.send(frame(TEXT, text.encode()))

    def hear(self):
        first, payload = self.frame()
        assert first == 0x80 | TEXT
        return json.loads(payload)

    def insist(self, name, text):
        """Says it until it is not too soon any more."""
        def taken():
            self.say(f"say {name}\n{text}")
            said = self.hear()
            return said if "n" in said else None
        return wait_until(taken, "a line")


def test_chat(demo, pki):
    with Guest(demo, pki) as ada, Guest(demo, pki) as bob:
        assert ada.status == 101 and ada.welcome["lines"] == [] and ada.welcome["run"]
        ada.say('say Ada\n"Hello" \\ <b> \U0001f40c')
        for guest in (ada, bob):
            said = guest.hear()
            assert (said["n"], said["from"], said["text"]) == (1, "Ada", '"Hello" \\ <b> \U0001f40c')
        with Guest(demo, pki) as eve:
            assert [(line["n"], line["from"]) for line in eve.welcome["lines"]] == [(1, "Ada")]
            assert eve.welcome["run"] == ada.welcome["run"]
        bob.say("echo \U0001f40c" + "x" * 400)
        assert bob.frame() == (0x80 | TEXT, ("echo \U0001f40c" + "x" * 400).encode())
        bob.say("echo ")
        assert bob.frame() == (0x80 | TEXT, b"echo ")
        ada.insist("Ada", "behind the echo, which was for Bob alone")


def test_what_the_room_does_not_take(demo, pki):
    with Guest(demo, pki) as guest:
        for wrong in ("", "x", "say", "say ", "say \ntext", "say name", "say name\n", "say name\na\nb", "say a\tb\ntext",
                      "say " + "n" * 25 + "\ntext", "say name\n" + "x" * 241, "say name\n\x7f", "Echo x"):
            guest.say(wrong)
            assert "error" in guest.hear(), wrong
        guest.send(frame(2, b"say name\ntext"))
        assert "error" in guest.hear()
        assert guest.insist("n" * 24, "x" * 240)["text"] == "x" * 240
    with Guest(demo, pki) as guest:
        guest.send(frame(TEXT, b"say name\nagain") * 20)
        assert any("Slowly" in guest.hear().get("error", "") for _ in range(20))
    with Guest(demo, pki) as guest:
        guest.say("echo " + "x" * 507)
        assert guest.frame()[1] == b"echo " + b"x" * 507
        guest.say("echo " + "x" * 508)
        assert guest.close_code() == 1009
    with Guest(demo, pki, ["Origin: https://elsewhere.example"]) as stranger:
        assert stranger.status == 403


def test_the_room_remembers_what_fits(demo, pki):
    with Guest(demo, pki) as guest:
        for n in range(18):
            guest.insist("A" if n % 2 else '"' * 24, f"{n} " + '\\"' * (100 if n < 9 else 10))
    with Guest(demo, pki) as late:
        numbers = [line["n"] for line in late.welcome["lines"]]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) and 9 <= len(numbers) <= 16
        assert late.welcome["lines"][-1]["text"].startswith("17 ")
