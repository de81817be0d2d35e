// Typing and pasting results. Nothing is stored before what changes was shown.
"use strict";

const entry = document.getElementById("entry");
const changes = document.getElementById("changes");
const said = document.getElementById("said");
const rows = [...entry.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("input")]);
const places = new Map();
rows.forEach((cells, row) => cells.forEach((cell, column) => places.set(cell, [row, column])));
const all = rows.flat();

let key = "";
let looked = [];

const isChanged = (cell) => cell.value.trim() !== "" && cell.value.trim() !== cell.dataset.old;

// The colours are a first hint; what a value means is decided by the server alone.
function outside(cell, name) {
  const number = Number(cell.value.trim().replace(/^[<>]=?\s*/, "").replace("\u2212", "-").replace(/^([^,.]*),([^,.]*)$/, "$1.$2"));
  if (cell.value.trim() === "" || !Number.isFinite(number)) return false;
  const [low, high] = cell.dataset[name].split(":");
  return (low !== "" && number < Number(low)) || (high !== "" && number > Number(high));
}

function colour(cell) {
  const changed = isChanged(cell);
  const hard = changed && outside(cell, "hard");
  cell.classList.toggle("changed", changed);
  cell.classList.toggle("hard", hard);
  cell.classList.toggle("plausible", !hard && changed && outside(cell, "plausible"));
  cell.classList.remove("refused");
  cell.removeAttribute("aria-invalid");
  if (hard) cell.setAttribute("aria-invalid", "true");
}

function go(cell, down, across) {
  const [row, column] = places.get(cell);
  const next = rows[row + down]?.[column + across];
  if (!next) return;
  next.focus();
  next.select();
}

function moveBy(event) {
  const cell = event.target;
  const atStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
  const atEnd = cell.selectionStart === cell.value.length;
  const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  if (event.key === "Enter") return [event.shiftKey ? -1 : 1, 0];
  if (event.key === "ArrowDown") return [1, 0];
  if (event.key === "ArrowUp") return [-1, 0];
  if (event.key === "ArrowLeft" && (atStart || whole)) return [0, -1];
  if (event.key === "ArrowRight" && (atEnd || whole)) return [0, 1];
  return null;
}

function onKey(event) {
  if (!places.has(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    event.target.value = event.target.dataset.old;
    colour(event.target);
    return;
  }
  const way = moveBy(event);
  if (!way) return;
  event.preventDefault();
  go(event.target, ...way);
}

// A spreadsheet gives tabs between cells and line ends between rows; it quotes cells that hold either.
function cellsOf(text) {
  const lines = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    const line = lines[lines.length - 1];
    const last = line.length - 1;
    if (quoted) {
      if (sign !== '"') line[last] += sign;
      else if (text[at + 1] === '"') { line[last] += '"'; at += 1; }
      else quoted = false;
    } else if (sign === '"' && line[last] === "") quoted = true;
    else if (sign === "\t") line.push("");
    else if (sign === "\n") lines.push([""]);
    else if (sign !== "\r") line[last] += sign;
  }
  if (lines.length > 1 && lines[lines.length - 1].join("") === "") lines.pop();
  return lines;
}

function onPaste(event) {
  if (!places.has(event.target) || event.target.readOnly) return;
  const block = cellsOf(event.clipboardData.getData("text/plain"));
  if (block.length === 1 && block[0].length === 1) return;
  event.preventDefault();
  const [row, column] = places.get(event.target);
  let lost = 0;
  block.forEach((line, down) => line.forEach((text, across) => {
    const cell = rows[row + down]?.[column + across];
    if (text.trim() === "") return;
    if (!cell) { lost += 1; return; }
    cell.value = text.trim().slice(0, 80);
    colour(cell);
  }));
  look(lost ? `Left out, outside the grid: ${lost} pasted.` : "");
}

function rowOf(cell) {
  const { specimen, variable, unit, result, version } = cell.dataset;
  const row = { ref: `${cell.dataset.code} ${cell.dataset.name}`, specimen, variable, value: cell.value };
  row.replicate_no = Number(entry.dataset.replicate);
  row.decimal_mark = document.getElementById("mark").value;
  if (!/[a-z%\u2030]\s*$/i.test(cell.value)) row.unit = unit;
  if (!result) return { ...row, result: "none" };
  const amend = { amend_reason: document.getElementById("amend").value, amend_text: document.getElementById("words").value };
  return { ...row, result, version: Number(version), ...amend };
}

async function send(mode, cells) {
  const answer = await fetch(`${entry.dataset.url}&mode=${mode}`, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      "Content-Type": "application/json",
      "Idempotency-Key": key,
      "X-CSRFToken": entry.querySelector("[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify({ rows: cells.map(rowOf) }),
  });
  const body = await answer.json();
  if (!body.rows) throw new Error(body.detail || "The server could not take this.");
  return body;
}

function put(line, text, isNumber) {
  const cell = line.insertCell();
  cell.textContent = text;
  if (isNumber) cell.className = "number";
  return cell;
}

function outcome(line, answer, mode) {
  const cell = put(line, "");
  const tag = document.createElement("span");
  const words = { created: "new draft", superseded: "replaces what is stored", unchanged: "unchanged", held: "waits", rejected: "refused" };
  tag.className = answer.status === "rejected" ? "tag bad" : answer.warnings.length ? "tag warn" : "tag good";
  tag.textContent = mode === "commit" && answer.status !== "rejected" ? "stored" : words[answer.status];
  cell.append(tag, " ", [...answer.errors, ...answer.warnings].map((remark) => remark.message).join(" "));
}

function show(body, cells) {
  const table = changes.querySelector("tbody");
  table.replaceChildren();
  body.rows.forEach((answer, at) => {
    const cell = cells[at];
    const line = table.insertRow();
    put(line, cell.dataset.code);
    put(line, cell.dataset.name);
    put(line, cell.dataset.old || "-", true);
    put(line, cell.value, true);
    put(line, answer.read_as ?? "", true);
    outcome(line, answer, body.mode);
    cell.classList.toggle("refused", answer.status === "rejected");
    cell.title = [...answer.errors, ...answer.warnings].map((remark) => remark.message).join(" ");
  });
}

async function look(more = "") {
  looked = all.filter((cell) => isChanged(cell) && !cell.readOnly);
  changes.hidden = false;
  changes.querySelector("tbody").replaceChildren();
  document.getElementById("store").disabled = true;
  if (!looked.length) {
    said.textContent = `${more} Nothing changes: blank cells keep what is there.`.trim();
    return;
  }
  key = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`;
  try {
    const body = await send("validate", looked);
    const stored = body.counts.rows - body.counts.rejected - body.counts.unchanged;
    show(body, looked);
    said.textContent = `${more} ${stored} of ${body.counts.rows} will be stored, ${body.counts.rejected} refused, ${body.counts.warnings} warnings.`.trim();
    document.getElementById("store").disabled = stored === 0;
    document.getElementById("store").textContent = `Store ${stored}`;
  } catch (error) {
    said.textContent = error.message;
  }
  changes.focus();
}

function keep(cell, answer) {
  if (answer.status === "rejected" || answer.status === "held") return;
  Object.assign(cell.dataset, { old: answer.read_as ?? cell.dataset.old, result: answer.result, version: answer.version, state: answer.state });
  cell.value = cell.dataset.old;
  colour(cell);
}

async function store() {
  document.getElementById("store").disabled = true;
  try {
    const body = await send("commit", looked);
    show(body, looked);
    body.rows.forEach((answer, at) => keep(looked[at], answer));
    said.textContent = `${body.counts.created + body.counts.superseded} stored, ${body.counts.rejected} refused.`;
  } catch (error) {
    said.textContent = `${error.message} Nothing is lost: press Store again.`;
    document.getElementById("store").disabled = false;
  }
}

function typed(cell) {
  colour(cell);
  document.getElementById("store").disabled = true;
}

entry.addEventListener("input", (event) => places.has(event.target) && typed(event.target));
entry.addEventListener("keydown", onKey);
entry.addEventListener("paste", onPaste);
entry.addEventListener("submit", (event) => { event.preventDefault(); look(); });
for (const name of ["mark", "amend", "words"]) {
  document.getElementById(name)?.addEventListener("change", () => { document.getElementById("store").disabled = true; });
}
document.getElementById("store").addEventListener("click", store);
document.getElementById("leave").addEventListener("click", () => {
  changes.hidden = true;
  (all.find((cell) => cell.classList.contains("refused")) ?? looked[0] ?? all[0])?.focus();
});
window.addEventListener("beforeunload", (event) => {
  if (all.some(isChanged)) event.preventDefault();
});
