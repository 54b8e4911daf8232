// Comfort for the notes: copy buttons, one switch for the detail of a page, search in the index.
// Without it everything can be read; folding is the browser's own.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("article.derive").forEach((article) => {
    addDetailSwitch(article);
    article.querySelectorAll("[data-latex]").forEach((holder) => addCopy(article, holder));
    article.querySelectorAll("pre > code").forEach((code) => addSourceCopy(article, code));
  });
  document.querySelectorAll("input.search").forEach(addSearch);
});

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    act(made);
  });
  return made;
}

// The whole display has a button in words; a single formula is copied by a double click or its own small button.
function addCopy(article, holder) {
  const display = holder.matches(".display, .rows");
  const label = article.dataset.copy;
  const made = button(display ? label : "⧉", (pressed) => copy(article, pressed, holder.dataset.latex));
  made.className = display ? "copy" : "copy one";
  made.title = label;
  if (!display) made.setAttribute("aria-label", label);
  if (display) holder.after(made);
  else holder.append(made);
}

function addSourceCopy(article, code) {
  const made = button(article.dataset.copySource, (pressed) => copy(article, pressed, code.textContent));
  made.className = "copy";
  code.parentElement.before(made);
}

async function copy(article, pressed, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text);
  }
  const label = pressed.textContent;
  pressed.textContent = pressed.classList.contains("one") ? "✓" : article.dataset.copied;
  pressed.disabled = true;
  setTimeout(() => {
    pressed.textContent = label;
    pressed.disabled = false;
  }, 1200);
}

// Pages opened from the file system may not use the clipboard directly.
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function addDetailSwitch(article) {
  if (!article.querySelector("details.steps")) return;
  const tools = document.createElement("div");
  tools.className = "tools";
  const levels = ["result", "textbook", "full"].map((level) =>
    button(article.dataset[level], (pressed) => {
      setDetail(article, level);
      levels.forEach((other) => other.setAttribute("aria-pressed", String(other === pressed)));
    }),
  );
  levels.forEach((made, place) => made.setAttribute("aria-pressed", String(place === 1)));
  tools.append(...levels);
  article.querySelector("section.definition").after(tools);
}

function setDetail(article, level) {
  article.querySelectorAll("details.steps").forEach((one) => (one.open = level !== "result"));
  article.querySelectorAll("details.row").forEach((one) => (one.open = level === "full"));
}

function addSearch(field) {
  const cards = [...document.querySelectorAll(".cards li")];
  const topics = [...document.querySelectorAll(".topics section")];
  const nothing = document.querySelector(".nothing");
  field.parentElement.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase().split(/\s+/);
    cards.forEach((card) => {
      const text = card.dataset.search;
      card.hidden = !wanted.every((word) => text.includes(word));
    });
    topics.forEach((topic) => (topic.hidden = !topic.querySelector("li:not([hidden])")));
    nothing.hidden = topics.some((topic) => !topic.hidden);
  });
}
