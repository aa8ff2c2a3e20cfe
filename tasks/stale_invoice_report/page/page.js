"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows;
  const at = Object.fromEntries(data.columns.map((name, place) => [name, place]));
  const byId = (id) => document.getElementById(id);
  const money = new Intl.NumberFormat("en-CA", { minimumFractionDigits: 2 });
  const whole = new Intl.NumberFormat("en-CA");
  const diagnosis = (row) => data.diagnoses[row[at.code]];
  const isStuck = (row) => diagnosis(row).turn !== data.turns.length - 1;
  const stuck = rows.filter(isStuck).length;
  const headings = [
    ["Invoice", (row) => row[at.id], "n"],
    ["Account", (row) => row[at.account] ?? ""],
    ["Method", (row) => data.methods[row[at.method]]],
    ["Age", (row) => row[at.age], "n"],
    ["Amount (CAD)", (row) => row[at.cents], "n"],
    ["Diagnosis", (row) => diagnosis(row).rank],
    ["Evidence and next step", (row) => row[at.evidence]],
  ];
  const words = rows.map((row) =>
    [row[at.id], row[at.account], row[at.name], row[at.number], row[at.evidence], row[at.command]].join(" ").toLowerCase());
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
    const invoice = cell("Invoice", String(row[at.id]), "n lead");
    if (row[at.number]) invoice.append(element("small", row[at.number]));
    const account = cell("Account", row[at.account] ?? "–");
    if (row[at.name]) account.append(element("small", row[at.name]));
    made.append(invoice, account);
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
    if (row[at.command]) {
      const command = element("code");
      row[at.command].split(" ").forEach((word, place) => command.append(place ? " " : "", element("span", word)));
      say.append(command);
    }
    made.append(method, age, cell("Amount (CAD)", money.format(row[at.cents] / 100), "n"), what, say);
    return made;
  }

  const sum = (places) => money.format(places.reduce((cents, place) => cents + rows[place][at.cents], 0) / 100);

  function show() {
    const pages = Math.max(1, Math.ceil(state.found.length / state.size));
    state.page = Math.min(Math.max(state.page, 0), pages - 1);
    const first = state.page * state.size;
    const shown = state.found.slice(first, first + state.size);
    byId("rows").tBodies[0].replaceChildren(...shown.map((place) => line(rows[place])));
    const range = shown.length ? `; ${whole.format(first + 1)} to ${whole.format(first + shown.length)} shown` : "";
    const apart = rows.length - stuck;
    const left = apart && byId("f-turn").value === "stuck" ? ` ${whole.format(apart)} more resolve on their own.` : "";
    byId("found").textContent = `${view()}, ${sum(state.found)} CAD${range}.${left}`;
    byId("total").textContent = `Total of the view: ${invoices(state.found.length)}, ${sum(state.found)} CAD`;
    byId("p-number").value = state.page + 1;
    byId("p-number").max = pages;
    byId("p-of").textContent = `of ${whole.format(pages)}`;
    byId("p-first").disabled = byId("p-back").disabled = state.page === 0;
    byId("p-next").disabled = byId("p-last").disabled = state.page === pages - 1;
  }

  const invoices = (number) => `${whole.format(number)} ${number === 1 ? "invoice" : "invoices"}`;

  /** What is looked at, in words: how many of how many, and by which filters. */
  function view() {
    const chosen = ["f-method", "f-code", "f-turn"].map(byId).filter((one) => one.value !== one.dataset.usual)
      .map((one) => one.selectedOptions[0].textContent);
    if (byId("f-new").checked) chosen.push("new only");
    if (byId("f-text").value.trim()) chosen.push(`"${byId("f-text").value.trim()}"`);
    if (chosen.length) return `${whole.format(state.found.length)} of ${invoices(rows.length)} (${chosen.join("; ")})`;
    return `${whole.format(stuck)} stuck ${stuck === 1 ? "invoice" : "invoices"}`;
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
        && (turn === "" || (turn === "stuck" ? isStuck(row) : diagnosis(row).turn === +turn)) && (!onlyNew || row[at.isNew])
        && (text === "" || words[place].includes(text))) state.found.push(place);
    });
    order();
    state.page = 0;
    show();
    remember();
  }

  /** The filters and the order live in the address, so that a view can be passed on. */
  function remember() {
    const said = new URLSearchParams();
    for (const [name, one] of Object.entries(filters)) {
      const value = one.type === "checkbox" ? (one.checked ? "yes" : "") : one.value.trim();
      if (value === one.dataset.usual) continue;
      said.set(name, one.tagName === "SELECT" ? one.selectedOptions[0].dataset.name ?? "all" : value);
    }
    if (state.sort !== null) said.set("sort", `${state.down ? "-" : ""}${headings[state.sort][0]}`);
    const address = said.size ? `#${said}` : location.pathname;
    if (said.size || location.hash.includes("=")) history.replaceState(null, "", address);
  }

  function recall() {
    if (!location.hash.includes("=")) return;
    const said = new URLSearchParams(location.hash.slice(1));
    for (const [name, one] of Object.entries(filters)) {
      const value = said.get(name);
      if (one.type === "checkbox") one.checked = value === "yes";
      else if (one.tagName !== "SELECT" || value === null) one.value = value ?? one.dataset.usual;
      else one.value = ([...one.options].find((option) => (option.dataset.name ?? "all") === value) ?? one.options[0]).value;
    }
    const order = said.get("sort") ?? "";
    const number = headings.findIndex(([name]) => name === order.replace(/^-/, ""));
    state.sort = number < 0 ? null : number;
    state.down = order.startsWith("-");
    markSorted();
  }

  function sortBy(number) {
    state.down = state.sort === number ? !state.down : headings[number][2] === "n" && number !== 0;
    state.sort = number;
    markSorted();
    order();
    state.page = 0;
    show();
    remember();
  }

  function markSorted() {
    document.querySelectorAll("#rows th").forEach((th, place) => {
      if (place === state.sort) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    });
  }

  /** The rows of the view as CSV, with nothing in it that a spreadsheet would run. */
  function save() {
    const text = (value) => {
      const said = String(value ?? "");
      const defused = /^\s*[=+\-@＝＋－＠]|^[\t\r]/.test(said) ? `'${said}` : said;
      return /[",\r\n]/.test(defused) ? `"${defused.replaceAll('"', '""')}"` : defused;
    };
    const names = ["invoice_id", "cfs_number", "account", "account_name", "method", "status", "created_on", "age_days",
      "total_cad", "diagnosis", "what_it_is", "whose_turn", "since_last", "evidence", "action", "command"];
    const lines = state.found.map((place) => {
      const row = rows[place], one = diagnosis(row);
      return [row[at.id], text(row[at.number]), text(row[at.account]), text(row[at.name]), data.methods[row[at.method]],
        data.statuses[row[at.status]], row[at.created], row[at.age], (row[at.cents] / 100).toFixed(2), one.code,
        text(one.title), data.turns[one.turn], row[at.isNew] ? "new" : "still there", text(row[at.evidence]),
        text(one.action), text(row[at.command])].join(",");
    });
    const link = element("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", [names.join(","), ...lines, ""].join("\r\n")], { type: "text/csv" }));
    link.download = `${document.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
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
  const choices = (id, list) => list.forEach(([value, name, text]) => {
    const option = element("option", text ?? name);
    option.value = value;
    option.dataset.name = name;
    byId(id).append(option);
  });
  choices("f-method", data.methods.map((name, place) => [place, name]));
  choices("f-code", data.diagnoses.map((one, place) => [place, one.code, `${one.code}  ${one.title}`]));
  choices("f-turn", data.turns.map((name, place) => [place, name]));
  const filters = Object.fromEntries(["text", "method", "code", "turn", "new"].map((name) => [name, byId(`f-${name}`)]));
  Object.values(filters).forEach((one) => { one.dataset.usual = one.type === "checkbox" ? "" : one.value; });

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
  byId("save").addEventListener("click", save);
  window.addEventListener("hashchange", () => { if (location.hash.includes("=")) { recall(); filter(); } });
  window.addEventListener("beforeprint", () => {
    state.screen = { size: state.size, page: state.page };
    state.size = Math.max(1, state.found.length);
    go(0);
  });
  window.addEventListener("afterprint", () => { state.size = state.screen.size; go(state.screen.page); });
  ["filters", "rows", "pages"].forEach((id) => { byId(id).hidden = rows.length === 0; });
  recall();
  filter();
})();
