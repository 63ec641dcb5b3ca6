/* Where the page's numbers come from: the server sends them as events.  Where it has no place for
 * another who is sent some (503), they are asked for.  Nothing of either while nobody looks. */

const ASK_MS = 2000, TRIES = 5, SILENCE_MS = 10000;

/* events: the path of the stream; on: what to call with the data of each kind of event; first: the
 * kind that comes first, and says that it works; ask(): the path to ask, and whole(answer) is called
 * with what it answers; said(how): "live", "polling" or "reconnecting".  beats: something is sent
 * each second, so silence means that the connection is lost.  Returns { stop, now }. */
export function follow({ events, on, first, ask, whole, said, beats }) {
	let stream = null, timer = 0, silence = 0, asked = 0, stopped = false;

	function close() {
		clearTimeout(timer);
		clearTimeout(silence);
		if (stream) stream.close();
		stream = null;
	}

	function lost() {
		said("reconnecting");
		open();
	}

	function heard() {
		clearTimeout(silence);
		if (beats) silence = setTimeout(lost, SILENCE_MS);
	}

	function open() {
		close();
		if (stopped || document.hidden) return;
		const mine = stream = new EventSource(events);
		for (const kind in on) mine.addEventListener(kind, event => {
			if (mine !== stream) return;
			heard();
			on[kind](JSON.parse(event.data));
			if (kind === first) { asked = 0; said("live"); }
		});
		mine.onerror = () => {
			if (mine !== stream) return;
			clearTimeout(silence);
			/* The browser tries again by itself, or has given up: then it was an answer, or Firefox. */
			if (mine.readyState === EventSource.CLOSED) poll();
			else said("reconnecting");
		};
		heard();
	}

	async function now() {
		const answer = await fetch(ask(), { cache: "no-store" });
		if (!answer.ok) throw new Error(answer.status + " " + answer.statusText);
		const state = await answer.json();
		if (!stopped) whole(state);
		return state;
	}

	async function poll() {
		close();
		let wait = ASK_MS, next = poll;
		try {
			await now();
			if (!stopped) said("polling");
			if (++asked % TRIES === 0) next = open;
		} catch {
			if (!stopped) said("reconnecting");
			next = open;
		}
		if (!stopped && !document.hidden && !stream) timer = setTimeout(next, wait);
	}

	function look() { if (document.hidden) close(); else if (!stream) open(); }

	document.addEventListener("visibilitychange", look);
	open();
	return {
		now,
		again: open,
		stop() { stopped = true; close(); document.removeEventListener("visibilitychange", look); },
	};
}
