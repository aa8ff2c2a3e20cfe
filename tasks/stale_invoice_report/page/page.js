"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows;
  const at = Object.fromEntries(data.columns.map((name, place) => [name, place]));
  const byId = (id) => document.getElementById(id);
  const money = new Intl.NumberFormat("en-CA", { minimumFractionDigits: 2 });
  const whole = new Intl.NumberFormat("en-CA");
  const diagnosis = (row) => data.diagnoses[row[at.code]];
  const headings = [
    ["Invoice", (row) => row[at.id], "n"],
    ["Account", (row) => row[at.account] ?? ""],
    ["Method", (row) => data.methods[row[at.method]]],
    ["Age", (row) => row[at.age], "n"],
    ["Amount", (row) => row[at.cents], "n"],
    ["Diagnosis", (row) => diagnosis(row).rank],
    ["Evidence and next step", (row) => row[at.evidence]],
  ];
  const words = rows.map((row) =>
    [row[at.id], row[at.account], row[at.number], row[at.evidence], row[at.command]].join(" ").toLowerCase());
  const state = { sort: null, down: false, page: 0, size: 50, found: rows.map((_, place) => place) };

  const element = (name, content, className) => {
    const made = document.createElement(name);
    if (content !== undefined) made.textContent = content;
    if (className) made.className = className;
    return made;
  };

  const cell = (label, content, className) => {
    const made = element("td", content, className);
    made.setAttribute("role", "cell");
    made.dataset.is = label;
    return made;
  };

  function line(row) {
    const made = element("tr");
    made.setAttribute("role", "row");
    const one = diagnosis(row);
    made.append(cell("Invoice", String(row[at.id]), "n lead"), cell("Account", row[at.account] ?? "–"));
    const method = cell("Method", data.methods[row[at.method]]);
    method.append(element("small", data.statuses[row[at.status]]));
    const age = cell("Age", `${whole.format(row[at.age])} d`, "n");
    age.append(element("small", row[at.created]));
    const what = cell("Diagnosis", undefined);
    what.append(element("span", row[at.isNew] ? `${one.code} · new` : one.code, `tag t${one.turn}`));
    what.append(element("small", row[at.isWeak] ? `${one.title} (weaker)` : one.title));
    const say = cell("", undefined, "say");
    delete say.dataset.is;
    say.append(element("span", one.action), element("small", row[at.evidence]));
    if (row[at.command]) say.append(element("code", row[at.command]));
    made.append(method, age, cell("Amount", money.format(row[at.cents] / 100), "n"), what, say);
    return made;
  }

  function show() {
    const pages = Math.max(1, Math.ceil(state.found.length / state.size));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const first = state.page * state.size;
    const shown = state.found.slice(first, first + state.size);
    byId("rows").tBodies[0].replaceChildren(...shown.map((place) => line(rows[place])));
    let cents = 0;
    for (const place of state.found) cents += rows[place][at.cents];
    const range = shown.length ? `, ${whole.format(first + 1)} to ${whole.format(first + shown.length)} shown` : "";
    byId("found").textContent =
      `${whole.format(state.found.length)} of ${whole.format(rows.length)} invoices, ${money.format(cents / 100)} CAD${range}.`;
    byId("p-number").value = state.page + 1;
    byId("p-number").max = pages;
    byId("p-of").textContent = `of ${whole.format(pages)}`;
    byId("p-first").disabled = byId("p-back").disabled = state.page === 0;
    byId("p-next").disabled = byId("p-last").disabled = state.page === pages - 1;
  }

  function order() {
    if (state.sort === null) {
      state.found.sort((a, b) => a - b);
    } else {
      const value = headings[state.sort][1];
      const sign = state.down ? -1 : 1;
      state.found.sort((a, b) => {
        const left = value(rows[a]), right = value(rows[b]);
        return (left < right ? -sign : left > right ? sign : a - b);
      });
    }
  }

  function filter() {
    const text = byId("f-text").value.trim().toLowerCase();
    const [method, code, turn] = ["f-method", "f-code", "f-turn"].map((id) => byId(id).value);
    const onlyNew = byId("f-new").checked;
    state.found = [];
    rows.forEach((row, place) => {
      if ((method === "" || row[at.method] === +method) && (code === "" || row[at.code] === +code)
        && (turn === "" || diagnosis(row).turn === +turn) && (!onlyNew || row[at.isNew])
        && (text === "" || words[place].includes(text))) state.found.push(place);
    });
    order();
    state.page = 0;
    show();
  }

  function sortBy(number) {
    state.down = state.sort === number ? !state.down : headings[number][2] === "n" && number !== 0;
    state.sort = number;
    document.querySelectorAll("#rows th").forEach((th, place) => {
      if (place === number) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    });
    order();
    state.page = 0;
    show();
  }

  headings.forEach(([name, , className], number) => {
    const th = element("th", undefined, className);
    th.scope = "col";
    th.setAttribute("role", "columnheader");
    const button = element("button", name);
    button.type = "button";
    button.addEventListener("click", () => sortBy(number));
    th.append(button);
    document.querySelector("#rows thead tr").append(th);
  });
  const choices = (id, list) => list.forEach(([value, name]) => {
    const option = element("option", name);
    option.value = value;
    byId(id).append(option);
  });
  choices("f-method", data.methods.map((name, place) => [place, name]));
  choices("f-code", data.diagnoses.map((one, place) => [place, `${one.code}  ${one.title}`]));
  choices("f-turn", data.turns.map((name, place) => [place, name]));

  let timer;
  byId("f-text").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
  ["f-method", "f-code", "f-turn", "f-new"].forEach((id) => byId(id).addEventListener("change", filter));
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(filter));
  const go = (page) => { state.page = page; show(); };
  byId("p-first").addEventListener("click", () => go(0));
  byId("p-back").addEventListener("click", () => go(state.page - 1));
  byId("p-next").addEventListener("click", () => go(state.page + 1));
  byId("p-last").addEventListener("click", () => go(Infinity));
  byId("p-number").addEventListener("change", (event) => go((+event.target.value || 1) - 1));
  byId("p-size").addEventListener("change", (event) => { state.size = +event.target.value; go(0); });
  ["filters", "rows", "pages"].forEach((id) => { byId(id).hidden = rows.length === 0; });
  show();
})();
