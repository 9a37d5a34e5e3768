// What htmx leaves open in the console: one key for one act, and a lost connection that is told.
"use strict";

(() => {
  const dialog = document.getElementById("keys");
  const wanted = document.getElementById("keys-on");
  const trouble = document.getElementById("trouble");
  const REMEMBERED = "hoidap-keys";

  // Some reading aids and Vietnamese input methods use single letters themselves: the keys can be turned off.
  wanted.checked = localStorage.getItem(REMEMBERED) !== "off";
  wanted.addEventListener("change", () => localStorage.setItem(REMEMBERED, wanted.checked ? "on" : "off"));

  for (const opener of document.querySelectorAll("[data-opens]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
  }

  function isTyping(target) {
    return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select");
  }

  function move(step) {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1);
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
  }

  // What everybody is told of at once is only aimed at: Enter sends it. What opens is written into at once.
  function press(act) {
    if ("aim" in act.dataset) {
      act.focus();
      act.scrollIntoView({ block: "nearest" });
      return;
    }
    act.click();
    const opened = act.closest("summary") && act.parentElement;
    if (opened && opened.open) opened.querySelector("input:not([type=hidden]), textarea").focus();
  }

  // From the box into what it found; a browser's own Escape would take the words away.
  function leave(event) {
    if (event.key === "Escape") event.target.blur();
    else if (event.key === "ArrowDown" && event.target.matches("[data-search]")) move(1);
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
    if (isTyping(event.target)) {
      leave(event);
      return;
    }
    if (!wanted.checked && event.key !== "?") return;
    const search = document.querySelector("[data-search]");
    if (event.key === "/" && search) {
      search.focus();
      search.select();
    } else if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else {
      const act = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!act) return;
      press(act);
    }
    event.preventDefault();
  });

  // What is typed is asked for while it is typed; asked for once more on leaving the box, it would take the rows
  // away from under the keys.
  document.addEventListener("change", (event) => event.target.matches("[data-search]") && event.stopPropagation(), true);

  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(lost, () => {
      trouble.textContent = trouble.dataset.offline;
    });
  }

  document.body.addEventListener("htmx:afterRequest", ({ detail: { successful } }) => {
    if (successful) trouble.textContent = "";
  });
})();
