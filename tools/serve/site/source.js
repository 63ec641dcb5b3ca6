/* Where the page's numbers come from.  One function: whoever is called with the state does not know
 * whether it was asked for, as it is now, or sent (then an EventSource takes the timer's place). */

const EVERY_MS = 2000;

/* Calls show(state) soon, and again and again while somebody looks; failed(error) instead where
 * there is no answer.  Returns a function that does it at once, and a promise of the state. */
export function watch(show, failed) {
	let since = 0, timer = 0, asking = null;

	async function ask() {
		const answer = await fetch("/api/state?since=" + since, { cache: "no-store" });
		if (!answer.ok) throw new Error(answer.status + " " + answer.statusText);
		const state = await answer.json();
		if (state.log && state.log.length) since = state.log[state.log.length - 1].n;
		if (!state.log) since = 0;
		return state;
	}

	function now() {
		clearTimeout(timer);
		asking = asking || ask().then(state => { show(state); return state; })
			.catch(error => { failed(error); })
			.finally(() => {
				asking = null;
				if (!document.hidden) timer = setTimeout(now, EVERY_MS);
			});
		return asking;
	}

	document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });
	now();
	return now;
}
