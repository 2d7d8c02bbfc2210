"use strict";
const $ = id => document.getElementById(id);
const make = (tag, className, text) => {
	const e = document.createElement(tag);
	e.className = className || "";
	e.textContent = text || "";
	return e;
};
let shown = []; // the steps that have a row
const cells = new Map(); // by step
let now = Infinity; // of shown: the end, to begin with
let page = run.page;

const where = s => `cpu${s.cpu}` + (s.text ? `, its step ${s.step}` : "") + (s.in ? `, in ${s.in.join(" < ")}` : "");

// The lanes: a row for each step.
function draw() {
	const all = $("all").checked;
	const step = shown[now] ?? run.steps.length;
	shown = [...run.steps.keys()].filter(i => all || run.steps[i].matters);
	now = Math.max(0, shown.findLastIndex(i => i <= step));
	$("lanes").hidden = $("now").hidden = shown.length === 0;
	document.querySelectorAll("#rows .row").forEach(r => r.remove());
	cells.clear();
	const inside = [];
	for (const i of shown) {
		const s = run.steps[i];
		const cell = make("div", (s.kind === "call" ? "call" : s.kind) + (s.late ? " late" : ""));
		if (s.call) {
			inside[s.cpu] = s.call.split(" ")[0];
			cell.append(make("span", "call", s.call));
		}
		if (s.in && s.in[0] !== inside[s.cpu]) {
			inside[s.cpu] = s.in[0];
			cell.append(make("span", "in", s.in[0] + "()"));
		}
		if (s.text) {
			cell.append(make("span", "text", s.text));
		}
		cell.dataset.step = i;
		cell.title = where(s);
		cell.style.gridColumn = s.cpu + 1;
		cells.set(i, cell);
		const row = make("div", "row");
		row.append(cell);
		$("rows").append(row);
	}
	$("slider").max = shown.length - 1;
	show();
	arrows();
}

// The arrows that are always there: from each store to the loads of other CPUs that read it.
function arrows() {
	document.querySelectorAll("#arrows > path").forEach(p => p.remove());
	for (const i of shown) {
		const source = run.steps[run.steps[i].source];
		if (source && source.cpu !== run.steps[i].cpu) {
			arrow(i);
		}
	}
	mark();
}

// mark makes the arrow to the current step stand out, and draws it if it is of one CPU.
function mark() {
	if (shown.length === 0) {
		return;
	}
	document.querySelectorAll("#arrows > path.now").forEach(p => p.classList.remove("now"));
	document.querySelectorAll("#arrows > path.own").forEach(p => p.remove());
	const i = shown[now], source = run.steps[run.steps[i].source];
	const path = document.querySelector(`#arrows > path[data-to="${i}"]`) || source && arrow(i);
	if (path) {
		path.classList.add("now");
		path.classList.toggle("own", source.cpu === run.steps[i].cpu);
	}
}

// arrow draws the arrow to a load, if the store has a row.
function arrow(i) {
	const from = cells.get(run.steps[i].source), to = cells.get(i);
	if (!from) {
		return null;
	}
	const base = $("rows").getBoundingClientRect(), a = from.getBoundingClientRect(), b = to.getBoundingClientRect();
	const right = a.left < b.left, same = a.left === b.left;
	const x1 = (right ? Math.min(a.right, a.left + textWidth(from)) : a.left) - base.left;
	const x2 = (right || same ? b.left : Math.min(b.right, b.left + textWidth(to))) - base.left;
	const y1 = a.bottom - 9 - base.top, y2 = b.bottom - 9 - base.top;
	const bend = same ? -24 : (x2 - x1) / 2;
	const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
	path.setAttribute("d", `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - (same ? 24 : bend)} ${y2} ${x2} ${y2}`);
	path.setAttribute("marker-end", "url(#tip)");
	path.dataset.from = run.steps[i].source;
	path.dataset.to = i;
	$("arrows").append(path);
	return path;
}

function textWidth(cell) {
	const range = document.createRange();
	range.selectNodeContents(cell.lastChild);
	return range.getBoundingClientRect().right - cell.getBoundingClientRect().left + 4;
}

// The words of a page, as they are when step now is done.
function words() {
	const last = shown[now];
	const values = run.pages.length ? [...run.pages[page].values] : [];
	for (const s of run.steps.slice(0, last + 1)) {
		for (const c of s.sets || []) {
			if (c.page === page) {
				values[c.word] = c;
			}
		}
	}
	const at = run.steps[last].at;
	$("words").tBodies[0].replaceChildren(...values.map((v, k) => {
		const w = run.words[k], row = make("tr");
		row.classList.toggle("collides", w.page === "mapping" && w.slab !== "");
		row.classList.toggle("at", !!at && at.page === page && at.word === k);
		const value = make("td");
		value.append(make("span", "hex", v.hex), make("span", "name", v.name));
		row.append(make("td", "", String(w.offset)), make("td", "", w.slab), make("td", "", w.page), value);
		return row;
	}));
}

function describe(i) {
	const s = run.steps[i];
	const lines = [make("div", "", s.text || s.call), make("div", "dim", where(s))];
	if (s.source >= 0) {
		const line = make("div", "dim", "reads what was stored by ");
		const link = make("a", "", `cpu${run.steps[s.source].cpu} at its step ${run.steps[s.source].step}`);
		link.href = "#" + s.source;
		line.append(link);
		lines.push(line);
	} else if (s.kind === "load" || s.kind === "rmw") {
		lines.push(make("div", "dim", "reads the initial value"));
	}
	$("now").replaceChildren(...lines);
}

function show() {
	if (shown.length === 0) {
		$("count").textContent = "no steps";
		return;
	}
	const current = shown[now];
	for (const [i, cell] of cells) {
		cell.classList.toggle("current", i === current);
		cell.classList.toggle("ahead", i > current);
	}
	$("slider").value = now;
	$("count").textContent = `${now + 1} of ${shown.length}`;
	const at = run.steps[current].at;
	if (at && run.steps[current].matters) {
		page = at.page;
	}
	$("page").value = page;
	describe(current);
	words();
	mark();
}

function go(k) {
	if (shown.length === 0) {
		return;
	}
	now = Math.min(Math.max(k, 0), shown.length - 1);
	show();
	const cell = cells.get(shown[now]).getBoundingClientRect();
	const top = $("heads").getBoundingClientRect().bottom;
	const aside = document.querySelector("aside").getBoundingClientRect();
	const bottom = aside.left <= cell.left ? Math.min(aside.top, innerHeight) : innerHeight;
	if (cell.top < top || cell.bottom > bottom) {
		scrollBy(0, cell.top - (top + bottom) / 2);
	}
	history.replaceState(null, "", "#" + shown[now]);
}

function fromHash() {
	const i = parseInt(location.hash.slice(1), 10);
	if (i >= 0 && i < run.steps.length) {
		go(shown.findLastIndex(k => k <= i));
	}
}

run.cpus.forEach((doing, cpu) => {
	const head = make("div");
	head.append(make("b", "", "cpu" + cpu), make("span", "dim", doing));
	$("heads").append(head);
});
document.documentElement.style.setProperty("--cpus", run.cpus.length);
$("page").closest("p").hidden = $("words").hidden = run.pages.length === 0;
run.pages.forEach((p, k) => $("page").append(new Option(p.name, k)));

$("rows").addEventListener("click", e => {
	const cell = e.target.closest("[data-step]");
	if (cell) {
		go(shown.indexOf(Number(cell.dataset.step)));
	}
});
$("rows").addEventListener("mouseover", e => {
	const cell = e.target.closest("[data-step]");
	describe(cell ? Number(cell.dataset.step) : shown[now]);
});
$("rows").addEventListener("mouseleave", () => describe(shown[now]));
$("slider").addEventListener("input", e => go(Number(e.target.value)));
$("back").addEventListener("click", () => go(now - 1));
$("forth").addEventListener("click", () => go(now + 1));
$("all").addEventListener("change", draw);
$("page").addEventListener("change", e => {
	page = Number(e.target.value);
	words();
});
document.addEventListener("keydown", e => {
	const to = {ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: shown.length - 1}[e.key];
	if (to === undefined || e.target === $("page") || e.altKey || e.ctrlKey || e.metaKey) {
		return;
	}
	e.preventDefault();
	go(to);
});
$("copy").addEventListener("click", async () => {
	try {
		await navigator.clipboard.writeText($("text").textContent);
	} catch {
		getSelection().selectAllChildren($("text"));
		document.execCommand("copy");
	}
	$("copy").textContent = "copied";
});
addEventListener("resize", arrows);
addEventListener("hashchange", fromHash);
draw();
fromHash();
