"use strict";
// Keys, and results while typing. Every page works without this file.
(() => {
  const cards = () => [...document.querySelectorAll(".card")];
  let at = -1;

  function go(step) {
    const all = cards();
    if (!all.length) return;
    all[at]?.classList.remove("here");
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all[at].classList.add("here");
    all[at].scrollIntoView({ block: "nearest" });
    all[at].querySelector(".title").focus({ preventScroll: true });
  }

  const follow = (selector, root = document) => root?.querySelector(selector)?.click();

  // What changes something is done to the marked card alone, never to the first one of a list.
  const marked = () => (cards().length ? cards()[at] : document);
  const thumb = (which) => marked()?.querySelector(`form[data-thumb="${which}"]`)?.requestSubmit();

  // Thumbs, stars and read marks are sent without leaving the page; where that fails, as without this file.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const show = form.dataset.thumb ? showThumb : form.closest(".card") && form.querySelector("[data-act]") ? showCard : null;
    if (!show || form.dataset.failed) return;
    event.preventDefault();
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw new Error(answer.status);
      show(form, await answer.text());
    } catch {
      form.dataset.failed = "1";
      form.requestSubmit();
    }
  });

  function showThumb(form) {
    const given = form.elements.what.value !== "thumb-none";
    for (const one of form.parentElement.querySelectorAll("form[data-thumb]")) {
      const pressed = given && one === form;
      one.querySelector("button").setAttribute("aria-pressed", String(pressed));
      one.elements.what.value = pressed ? "thumb-none" : `thumb-${one.dataset.thumb}`;
    }
  }

  // The answer is the page as it is now: the paper's card is put in place of the old one, or taken away with it.
  function showCard(form, answer) {
    const old = form.closest(".card");
    const page = new DOMParser().parseFromString(answer, "text/html");
    const fresh = [...page.querySelectorAll(".card")].find((one) => one.dataset.key === old.dataset.key);
    const act = document.activeElement.closest?.("[data-act]")?.dataset.act;
    const focused = old.contains(document.activeElement);
    if (!fresh) {
      old.remove();
      at = Math.min(at, cards().length - 1);
      if (at >= 0) go(0);
      return;
    }
    fresh.classList.toggle("here", old.classList.contains("here"));
    old.replaceWith(document.adoptNode(fresh));
    if (focused) fresh.querySelector(act ? `[data-act=${act}]` : ".title").focus({ preventScroll: true });
  }

  const keys = {
    j: () => go(1),
    k: () => go(-1),
    o: () => follow("[data-open]", cards()[at]),
    w: () => follow("[data-why]", cards()[at]),
    u: () => thumb("up"),
    d: () => thumb("down"),
    s: () => follow("[data-act=star]", marked() ?? null),
    m: () => follow("[data-act=read]", marked() ?? null),
    h: () => follow("[data-before]"),
    l: () => follow("[data-after]"),
    "/": () => {
      const box = document.querySelector("#q");
      if (box) box.focus();
      else location.href = "/search";
    },
    "?": () => { location.href = "/keys"; },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = keys[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });

  // Who opens a paper's page has read of it: the same as the button, without leaving the page.
  const opened = document.querySelector("form[data-opened]");
  if (opened) {
    fetch(opened.action, { method: "POST", body: new URLSearchParams(new FormData(opened)), redirect: "manual" })
      .catch(() => {});
  }

  const form = document.querySelector("form[data-live]");
  if (!form) return;
  let timer, asked;

  async function renew() {
    const url = new URL(form.action);
    url.search = new URLSearchParams(new FormData(form)).toString();
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#found");
      if (!fresh) throw new Error("no results");
      const looked = fresh.querySelector("[data-go-on]");
      if (looked) fresh.setAttribute("aria-busy", "true"); // read out once it is whole
      document.querySelector("#found").replaceWith(document.adoptNode(fresh));
      history.replaceState(null, "", url);
      at = -1;
      if (looked) goOn();
    } catch (error) {
      if (error.name === "AbortError") return;
      const said = document.createElement("p");
      said.textContent = "This rule could not be tried now: press Try it.";
      document.querySelector("#found").replaceChildren(said);
    }
  }

  // A rule that takes long goes on where it was, for as long as somebody looks.
  function goOn() {
    clearTimeout(timer);
    timer = setTimeout(() => (document.hidden ? goOn() : renew()), 400);
  }
  if (document.querySelector("#found [data-go-on]")) goOn();

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(renew, 350);
  });
})();
