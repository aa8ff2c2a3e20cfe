// What the pages do besides, where a browser runs scripts: the night renews itself, tables filter as you type, commands
// are copied by a button.
"use strict";

const EVERY = 60_000;

function isLeftAlone() {
  const focus = document.activeElement;
  return !document.hidden && !getSelection().toString() && (!focus || focus === document.body);
}

async function renew() {
  if (!isLeftAlone()) return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.querySelector("main.night")) return;
    for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(fresh.querySelector(part));
    addCopyButtons();
  } catch {
    // The page that is shown says when it was read.
  }
}

function sign(name) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "sign");
  drawn.setAttribute("aria-hidden", "true");
  drawn.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  drawn.firstChild.setAttribute("href", `#s-${name}`);
  return drawn;
}

function addCopyButtons() {
  if (!navigator.clipboard) return;
  for (const code of document.querySelectorAll("main .copy")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "clip", title: "Copy" });
    const say = (name, words) => {
      button.replaceChildren(sign(name));
      button.setAttribute("aria-label", words);
      button.classList.toggle("done", name === "check");
    };
    say("copy", `Copy ${code.textContent}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(code.textContent);
      say("check", "Copied");
      setTimeout(say, 2000, "copy", `Copy ${code.textContent}`);
    });
    code.after(button);
  }
}

function filterAsYouType(field) {
  const rows = [...document.getElementById(field.dataset.filters).tBodies[0].rows];
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}

if (document.querySelector("main.night")) setInterval(renew, EVERY);
addCopyButtons();
for (const field of document.querySelectorAll("[data-filters]")) filterAsYouType(field);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    document.getElementById("find")?.focus();
    event.preventDefault();
  }
});
