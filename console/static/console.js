// What the pages do besides, where a browser runs scripts: the night renews itself, tables filter as you type.
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
    for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(fresh.querySelector(part));
  } catch {
    // The page that is shown says when it was read.
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
for (const field of document.querySelectorAll("[data-filters]")) filterAsYouType(field);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) {
    document.getElementById("find")?.focus();
    event.preventDefault();
  }
});
