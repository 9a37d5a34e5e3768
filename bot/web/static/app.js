// What htmx leaves open: Enter sends, a lost connection loses no words, and the newest turn comes into view.
"use strict";

(() => {
  const form = document.getElementById("ask");
  const box = document.getElementById("text");
  const turns = document.getElementById("turns");
  const sending = document.getElementById("sending");
  const trouble = document.getElementById("trouble");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let draft = "";

  document.documentElement.classList.add("scripted");

  function bringIntoView(element) {
    element.scrollIntoView({ block: "start", behavior: still.matches ? "instant" : "smooth" });
  }

  function words(elt) {
    return elt === form ? draft : elt.querySelector("button").innerText;
  }

  // Input methods for Vietnamese end a word with Enter, too: that Enter is not ours.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (box.value.trim()) form.requestSubmit();
  });

  // The words leave the box at once, so that the next question can be typed while this one is on its way.
  document.body.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
    if (elt.tagName !== "FORM") return;
    if (elt === form) {
      draft = box.value;
      box.value = "";
    }
    sending.querySelector(".words").textContent = words(elt);
    sending.hidden = false;
    bringIntoView(sending);
  });

  document.body.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
    if (elt.tagName !== "FORM") return;
    sending.hidden = true;
    if (successful) trouble.textContent = "";
    else if (elt === form && !box.value) box.value = draft;
  });

  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(lost, ({ detail: { elt } }) => {
      if (elt.tagName === "FORM") trouble.textContent = trouble.dataset.offline;
    });
  }

  // A turn that is not ours (any more) need not be asked for again.
  document.body.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
    if (xhr.status === 404 && elt.matches(".pending")) elt.remove();
  });

  document.body.addEventListener("htmx:afterSettle", ({ detail: { elt, requestConfig } }) => {
    const turn = turns.lastElementChild;
    if (!turn || !turns.contains(elt) && elt !== turns) return;
    const sent = requestConfig && requestConfig.elt;
    if (sent && sent !== form && sent.tagName === "FORM") turn.focus({ preventScroll: true });
    bringIntoView(turn);
  });

  if (turns.lastElementChild && !location.hash) turns.lastElementChild.scrollIntoView({ block: "start" });
  if (matchMedia("(hover: hover) and (pointer: fine)").matches) box.focus({ preventScroll: true });
})();
