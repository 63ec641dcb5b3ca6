import { follow } from "./source.js";
import { bars, line } from "./plot.js";
import { enter } from "./chat.js";

const $ = id => document.getElementById(id);
const text = (id, value) => { if ($(id).textContent !== value) $(id).textContent = value; };
const size = n => n >= 1048576 ? (n / 1048576).toFixed(1) + " MB" : n >= 1024 ? (n / 1024).toFixed(1) + " kB" : n + " B";
const ms = n => n + " ms";
const plain = n => String(Math.round(n * 10) / 10);

/* ---- asking the device ---- */

let csrf = "", who = null, state = null;

async function call(path, options = {}) {
	const headers = Object.assign({}, options.headers, csrf ? { "X-CSRF-Token": csrf } : {});
	const answer = await fetch(path, Object.assign({ cache: "no-store" }, options, { headers }));
	const body = await answer.text();
	let said = {};
	try { said = JSON.parse(body); } catch { /* an answer of the server's own is plain text */ }
	if (answer.status === 401) signedIn(null, "");
	if (!answer.ok) throw new Error(said.error || body.trim() || answer.status + " " + answer.statusText);
	return said;
}

const form = element => new URLSearchParams(new FormData(element));

async function busy(element, work, note) {
	element.disabled = true;
	try { await work(); } catch (error) { text(note, "The device says: " + error.message); } finally { element.disabled = false; }
}

/* ---- dashboard ---- */

function row(cells, gone) {
	const tr = document.createElement("tr");
	tr.classList.toggle("gone", gone);
	for (const cell of cells) tr.insertCell().textContent = cell;
	return tr;
}

function ago(n) {
	if (n < 2000) return "now";
	return n < 120000 ? Math.round(n / 1000) + " s ago" : Math.round(n / 60000) + " min ago";
}

function span(s) {
	return s < 60 ? Math.floor(s) + " s" : s < 3600 ? Math.floor(s / 60) + " min" :
		s < 172800 ? (s / 3600).toFixed(1) + " h" : Math.floor(s / 86400) + " days";
}

function showThis(c) {
	text("version", c.secure ? c.version : "plain HTTP");
	text("suite", c.secure ? c.suite : "none");
	text("kind", !c.secure ? "none" : (c.resumed ? "resumed" : "full") + (c.group ? ", " + c.group : ""));
	text("tls", c.secure ? size(c.heap_now) + " now, " + size(c.heap_peak) + " at the peak" : "none");
	text("ms", c.secure ? ms(c.ms) : "–");
	$("ours").style.width = c.secure ? Math.min(100, c.ms / 15) + "%" : "0";
}

function showPlots(s) {
	const shakes = s.handshakes.map(h => ({ value: h.ms, kind: h.resumed ? "resumed" : "full" }));
	const times = s.handshakes.map(h => h.ms);
	bars($("plot-shakes"), shakes, 32, n => plain(n), times.length
		? `The last ${times.length} handshakes took ${Math.min(...times)} to ${Math.max(...times)} milliseconds`
		: "No handshakes yet");
	const rate = s.requests_per_s, heap = s.heap_per_s, largest = s.largest_per_s, last = list => list.length ? list[list.length - 1] : 0;
	line($("plot-rate"), [rate], 60, plain, `${last(rate)} requests in the last second, at most ${Math.max(0, ...rate)} in this minute`);
	const scale = Math.max(0, ...heap) >= 1048576 ? 1048576 : 1024, knows = s.heap.largest > 0;
	line($("plot-heap"), (knows ? [heap, largest] : [heap]).map(list => list.map(n => n / scale)), 60,
		n => plain(n) + (n ? scale > 1024 ? " MB" : " kB" : ""),
		`${size(last(heap))}, between ${size(Math.min(...heap, last(heap)))} and ${size(Math.max(0, ...heap))} in this minute` +
		(knows ? `; the largest free block ${size(last(largest))}` : ""));
	text("rate", String(last(rate)));
}

function showHeap(s) {
	const knows = s.heap.free > 0;
	text("heap-label", knows ? "Heap free" : "TLS heap");
	text("plot-heap-title", knows ? "Heap free" : "TLS heap");
	text("heap", size(knows ? s.heap.free : s.heap.tls));
	$("heap-keys").hidden = !s.heap.largest;
	text("largest", size(s.heap.largest));
	text("block", size(s.heap.block));
}

/* Who has said nothing for 15 s has been closed by the server, unless it is one that stays. */
function showConnections({ list, at }, you) {
	const since = Date.now() - at, who = c => c.peer || (you && c.client === you.client ? you.peer : "client " + c.client);
	$("conns").replaceChildren(...list.map(c => row([who(c), c.secure ? c.version : "HTTP", c.secure ? c.suite : "–",
		c.secure ? (c.resumed ? "resumed" : "full") + (c.group ? ", " + c.group : "") : "–", c.secure ? ms(c.ms) : "–",
		c.requests, c.live ? "live" : ago(c.seen_ms + since)], !c.live && c.seen_ms + since > 15000)));
}

const LINES = 200;

let logged = { run: 0, n: 0 };

function addLine(name, ms, what) {
	const li = document.createElement("li"), when = document.createElement("time");
	when.textContent = new Date(Date.now() - ms).toLocaleTimeString([], { hour12: false });
	li.className = name;
	li.append(when, what);
	$("log").append(li);
}

function showLog(said) {
	const log = $("log"), atEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 30;
	if (said.run !== logged.run) logged = { run: said.run, n: 0 };
	for (const entry of said.log) {
		if (entry.n <= logged.n) continue;
		if (logged.n && entry.n > logged.n + 1) addLine("dim", entry.ago_ms, `(${entry.n - logged.n - 1} lines are missing)`);
		logged.n = entry.n;
		addLine(entry.level <= 2 ? "warn" : "", entry.ago_ms, entry.text);
	}
	while (log.childElementCount > LINES) log.firstElementChild.remove();
	if (atEnd) log.scrollTop = log.scrollHeight;
}

/* The table as everybody has it, and with addresses; and when it came. */
let table = null, membersTable = null;

function show() {
	const s = state;
	text("name", s.name);
	document.title = s.name;
	document.documentElement.style.setProperty("--led", s.colour);
	text("open", s.open + (s.live ? ` (${s.live} live)` : ""));
	text("requests", s.requests.toLocaleString());
	text("shakes", String(s.full + s.resumed));
	text("full", String(s.full));
	text("resumed", String(s.resumed));
	text("uptime", span(s.uptime_ms / 1000));
	showThis(s.this);
	showHeap(s);
	showPlots(s);
	if (membersTable || table) showConnections(membersTable || table, s.you);
	s.leds.forEach((on, n) => led(n, on));
	$("tab-files").hidden = !s.files;
	if (document.activeElement.form !== $("prefs") && !touched) fillPrefs(s);
}

function said(how) {
	text("live", how);
	$("live").className = how === "live" ? "pill good" : how === "polling" ? "pill" : "pill bad";
	$("live").title = { live: "The server sends numbers as they change.",
		polling: "The server has no place for another live connection: it is asked every two seconds.",
		reconnecting: "No answer. If the server's certificate is new, load this page again." }[how];
}

const note = error => text("note", error.message);

/* ---- what the server says ---- */

function takeTable(s) {
	if (s.connections) table = { list: s.connections, at: Date.now() };
}

/* Everything, at first or after a gap.  Another run of the server knows nothing of our session. */
function takeAll(s) {
	const again = state && state.run !== s.run;
	state = s;
	takeTable(s);
	show();
	if (again) session();
}

function takeNumbers(s) {
	if (!state || s.second <= state.second) return;
	const add = (list, value) => [...list, value].slice(-60);
	state.requests_per_s = add(state.requests_per_s, s.last.requests);
	state.heap_per_s = add(state.heap_per_s, s.last.heap);
	state.largest_per_s = add(state.largest_per_s, s.last.largest);
	Object.assign(state, s);
	show();
}

function takeShake(s) {
	if (!state || s.shake <= state.shake) return;
	if (s.shake > state.shake + 1) { source.again(); return; }
	state.handshakes = [s.last, ...state.handshakes].slice(0, 32);
	state.shake = s.shake;
	show();
}

function takePart(s) {
	if (!state) return;
	takeTable(s);
	Object.assign(state, s);
	show();
}

/* The log and everybody's addresses, for who has logged in. */
let logSource = null;

function followLog(wanted) {
	$("log").hidden = !wanted;
	$("log-closed").hidden = wanted;
	if (wanted === !!logSource) return;
	if (logSource) {
		logSource.stop();
		logSource = null;
		logged = { run: 0, n: 0 };
		membersTable = null;
		$("log").replaceChildren();
		return;
	}
	const members = s => { membersTable = { list: s.connections, at: Date.now() }; if (state) show(); };
	logSource = follow({ events: "/api/members/events", first: "log", on: { log: showLog, connections: members }, said: () => {},
		ask: () => "/api/state?since=" + logged.n,
		whole: s => { if (s.log) { members(s); showLog(s); } else signedIn(null, ""); } });
}

/* ---- controls ---- */

function led(n, on) {
	let button = $("led" + n);
	if (!button) {
		button = document.createElement("button");
		button.id = "led" + n;
		button.type = "button";
		button.textContent = "LED " + n;
		button.onclick = () => call("/api/led/" + n, { method: "PUT", body: button.getAttribute("aria-pressed") === "true" ? "off" : "on" })
			.then(r => led(r.led, r.on)).catch(note);
		$("leds").append(button);
	}
	button.setAttribute("aria-pressed", String(on));
}

$("again").onclick = event => busy(event.target, async () => {
	await call("/api/goodbye", { method: "POST" });
	await new Promise(resolve => setTimeout(resolve, 100));
	await source.now();
	text("note", `A new connection, ${$("kind").textContent}, in ${$("ms").textContent}.`);
}, "note");

$("six").onclick = event => busy(event.target, async () => {
	const start = performance.now();
	await Promise.all([1, 2, 3, 4, 5, 6].map(n => call("/api/slow?n=" + n)));
	text("note", `Six answers in ${Math.round(performance.now() - start)} ms, of which the device slept 300 ms in each.`);
}, "note");

/* ---- files ---- */

async function listFiles() {
	if (!state || !state.files) return;
	if (!who) { text("files-note", "Log in to see and to upload files."); $("list").replaceChildren(); return; }
	const said = await call("/api/files");
	said.files.sort((a, b) => a.name < b.name ? -1 : 1);
	text("files-note", said.files.length === 0 ? "Nothing yet." : said.more ? said.more + " more are not shown." : "");
	$("list").replaceChildren(...said.files.map(file => {
		const li = document.createElement("li"), link = document.createElement("a"), bytes = document.createElement("span");
		link.href = "/api/files/" + encodeURIComponent(file.name);
		link.textContent = file.name;
		link.download = "";
		bytes.textContent = size(file.bytes);
		bytes.className = "dim";
		li.append(link, bytes);
		return li;
	}));
}

/* XMLHttpRequest, because fetch() does not tell how far an upload is. */
function send(data, progress) {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open("POST", "/api/files");
		request.setRequestHeader("X-CSRF-Token", csrf);
		request.upload.onprogress = event => { if (event.lengthComputable) progress(event.loaded / event.total); };
		request.onerror = () => reject(new Error("the connection was lost"));
		request.onload = () => {
			let said = {};
			try { said = JSON.parse(request.responseText); } catch { /* plain text */ }
			if (request.status === 201) resolve(said);
			else reject(new Error(said.error || request.responseText.trim() || String(request.status)));
		};
		request.send(data);
	});
}

$("upload").onsubmit = event => {
	event.preventDefault();
	const button = event.target.querySelector("button"), progress = $("progress");
	if (!who) { askForLogin(); return; }
	busy(button, async () => {
		progress.hidden = false;
		try {
			const said = await send(new FormData(event.target), share => { progress.value = share; });
			text("upload-note", `${said.files === 1 ? "One file" : said.files + " files"}, ${size(said.bytes)}.`);
			event.target.reset();
		} finally {
			progress.hidden = true;
			await listFiles();
		}
	}, "upload-note");
};

/* ---- settings ---- */

let touched = false;

function fillPrefs(s) {
	$("pref-name").value = s.name;
	$("pref-colour").value = s.colour;
}

$("prefs").oninput = () => { touched = true; };
$("prefs").onsubmit = event => {
	event.preventDefault();
	busy(event.target.querySelector("button"), async () => {
		await call("/api/settings", { method: "POST", body: form(event.target) });
		touched = false;
		text("prefs-note", "Saved.");
		await source.now();
	}, "prefs-note");
};

$("numbers").onclick = event => {
	if (!who) { askForLogin(); return; }
	busy(event.target, async () => {
		$("metrics").textContent = JSON.stringify(await call("/api/metrics"), null, 2);
		$("metrics").hidden = false;
		text("numbers", "Show them again");
	}, "prefs-note");
};

/* ---- logging in and out ---- */

function signedIn(name, token) {
	who = name;
	csrf = token;
	$("prefs").elements.csrf.value = token;
	text("who", name || "");
	$("login").hidden = !!name;
	$("logout").hidden = !name;
	document.querySelector(".needs-login").hidden = !!name;
	for (const element of $("prefs").elements) element.disabled = !name;
	if (!name) $("metrics").hidden = true;
	followLog(!!name);
	listFiles().catch(() => {});
}

function askForLogin() {
	text("login-note", "");
	$("dialog").showModal();
	$("login-name").focus();
}

$("login").onclick = askForLogin;
$("login-cancel").onclick = () => $("dialog").close();
$("login-form").onsubmit = async event => {
	event.preventDefault();
	try {
		const said = await call("/api/login", { method: "POST", body: form(event.target) });
		signedIn(said.who, said.csrf);
		event.target.reset();
		$("dialog").close();
	} catch (error) {
		text("login-note", error.message);
		$("login-password").select();
	}
};
$("logout").onclick = () => call("/api/logout", { method: "POST" }).catch(note).finally(() => signedIn(null, ""));

/* Whether we are logged in still, or already. */
function session() {
	return call("/api/session").then(s => { if (s.who !== who || s.csrf !== csrf) signedIn(s.who, s.csrf); }).catch(() => {});
}

/* ---- tabs: arrow keys go from one to the next ---- */

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab, focus) {
	for (const other of tabs) {
		const chosen = other === tab;
		other.setAttribute("aria-selected", String(chosen));
		other.tabIndex = chosen ? 0 : -1;
		$(other.getAttribute("aria-controls")).hidden = !chosen;
	}
	if (focus) tab.focus();
	history.replaceState(null, "", "#" + tab.getAttribute("aria-controls"));
	if (tab.id === "tab-dashboard") {
		if (state) showPlots(state); /* nothing has a width while it is hidden */
		$("log").scrollTop = $("log").scrollHeight;
	}
	if (tab.id === "tab-chat") enter();
	if (tab.id === "tab-files") listFiles().catch(error => text("files-note", error.message));
}

for (const tab of tabs) {
	tab.onclick = () => choose(tab);
	tab.onkeydown = event => {
		const shown = tabs.filter(other => !other.hidden), at = shown.indexOf(tab);
		const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + shown.length, Home: 0, End: shown.length - 1 }[event.key];
		if (to === undefined) return;
		event.preventDefault();
		choose(shown[to % shown.length], true);
	};
}

/* ---- beginning ---- */

signedIn(null, "");
const source = follow({ events: "/api/events", first: "all", beats: true, said, ask: () => "/api/state", whole: takeAll,
	on: { all: takeAll, state: takeNumbers, handshake: takeShake, connections: takePart, leds: takePart, settings: takePart } });
session();

const wanted = $("tab-" + location.hash.slice(1));
if (wanted && wanted.id === "tab-files") source.now().then(() => { if (!wanted.hidden) choose(wanted); }).catch(() => {});
else if (wanted) choose(wanted);
