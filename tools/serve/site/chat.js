/* The room: a WebSocket that is opened when somebody comes, and again when it is lost. */

const $ = id => document.getElementById(id);
const LINES = 200, FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 8000, NAME = "chat-name";

let socket = null, timer = 0, wait = FIRST_WAIT_MS, come = false, run = 0, last = 0, echoed = [];

function say(status) { if ($("chat-state").textContent !== status) $("chat-state").textContent = status; }

function add(from, text, ms, kind = "") {
	const room = $("room"), atEnd = room.scrollTop + room.clientHeight > room.scrollHeight - 30;
	const li = document.createElement("li"), when = document.createElement("time");
	const who = document.createElement("b"), what = document.createElement("bdi");
	when.textContent = new Date(Date.now() - ms).toLocaleTimeString([], { hour12: false });
	who.textContent = from;
	what.textContent = text;
	li.className = kind;
	li.append(when, who, " ", what);
	room.append(li);
	while (room.childElementCount > LINES) room.firstElementChild.remove();
	if (atEnd) room.scrollTop = room.scrollHeight;
}

function line(entry) {
	if (entry.n <= last) return; /* it came with the last lines already */
	last = entry.n;
	add(entry.from, entry.text, entry.ago_ms);
}

function hear(data) {
	if (data.startsWith("echo ")) {
		const sent = echoed.shift();
		add("Echo", data.slice(5) + (sent ? "  " + (performance.now() - sent).toFixed(1) + " ms" : ""), 0, "echo");
		return;
	}
	const said = JSON.parse(data);
	if (said.error) { $("chat-note").textContent = said.error; return; }
	if (!said.lines) { line(said); return; }
	if (said.run !== run) last = 0; /* the server has been started again, and counts anew */
	run = said.run;
	said.lines.forEach(line);
}

function open() {
	clearTimeout(timer);
	if (socket || !come) return;
	say("connecting");
	echoed = [];
	socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/ws/chat");
	socket.onopen = () => { wait = FIRST_WAIT_MS; say("connected"); $("chat-send").disabled = false; };
	socket.onmessage = event => hear(event.data);
	socket.onclose = () => {
		socket = null;
		$("chat-send").disabled = true;
		say("not connected, trying again");
		if (!document.hidden) timer = setTimeout(open, wait);
		wait = Math.min(2 * wait, LONGEST_WAIT_MS);
	};
}

/* Somebody looks at the room. */
export function enter() {
	come = true;
	open();
	$("room").scrollTop = $("room").scrollHeight;
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) open(); });
addEventListener("pageshow", open);
/* A browser may keep a page that was left, with its socket, for going back to it. */
addEventListener("pagehide", () => { if (socket) socket.close(); });

try { $("chat-name").value = localStorage.getItem(NAME) || $("chat-name").value; } catch { /* it is not allowed */ }

$("chat-form").onsubmit = event => {
	event.preventDefault();
	const name = $("chat-name").value.trim(), text = $("chat-text").value.trim();
	if (!socket || socket.readyState !== WebSocket.OPEN || !text) return;
	$("chat-note").textContent = "";
	if ($("chat-echo").checked || text.startsWith("/echo ")) {
		echoed.push(performance.now());
		socket.send("echo " + text.replace(/^\/echo /, ""));
	} else socket.send("say " + name + "\n" + text);
	try { localStorage.setItem(NAME, name); } catch { /* it is not allowed */ }
	$("chat-text").value = "";
	$("chat-text").focus();
};
