/* Small plots in SVG: bars and a line, with their highest value written beside them. */

const H = 140, LEFT = 44, TOP = 8, BOTTOM = 132;

function make(name, attributes, text) {
	const element = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const key in attributes) element.setAttribute(key, attributes[key]);
	if (text !== undefined) element.textContent = text;
	return element;
}

/* The next of 1, 2, 5, 10, 20, ... that is not below. */
function nice(most) {
	let step = 1;
	for (let i = 0; step < most; i++) step *= i % 3 === 1 ? 2.5 : 2;
	return step;
}

/* As wide as it is shown, so that text keeps its size.  Returns that. */
function frame(svg, top, unit, label) {
	const W = svg.clientWidth || 320;
	svg.setAttribute("viewBox", `0 0 ${W} ${H}`);
	svg.setAttribute("aria-label", label);
	const parts = [];
	for (const share of [0, .5, 1]) {
		const y = BOTTOM - share * (BOTTOM - TOP);
		parts.push(make("line", { x1: LEFT, x2: W, y1: y, y2: y }));
		parts.push(make("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, unit(top * share)));
	}
	svg.replaceChildren(...parts);
	return W;
}

/* values: [{value, kind}], the newest first. */
export function bars(svg, values, room, unit, label) {
	const top = nice(Math.max(1, ...values.map(v => v.value)));
	const W = frame(svg, top, unit, label), step = (W - LEFT) / room;
	values.slice(0, room).forEach((v, i) => {
		const height = Math.max(2, v.value / top * (BOTTOM - TOP));
		svg.append(make("rect", { x: W - (i + 1) * step + 1, y: BOTTOM - height, width: Math.max(1, step - 2),
			height, rx: 1.5, class: v.kind }));
	});
}

/* values: numbers, the newest last, one a second. */
export function line(svg, values, room, unit, label) {
	const top = nice(Math.max(1, ...values));
	const W = frame(svg, top, unit, label), step = (W - LEFT) / (room - 1);
	if (values.length < 2) return;
	const points = values.map((v, i) => (W - (values.length - 1 - i) * step).toFixed(1) + " " +
		(BOTTOM - v / top * (BOTTOM - TOP)).toFixed(1));
	const first = points[0].split(" ")[0];
	svg.append(make("path", { class: "area", d: `M${first} ${BOTTOM}L${points.join("L")}L${W} ${BOTTOM}Z` }));
	svg.append(make("path", { d: "M" + points.join("L") }));
}
