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

  const keys = {
    j: () => go(1),
    k: () => go(-1),
    o: () => follow("[data-open]", cards()[at]),
    w: () => follow("[data-why]", cards()[at]),
    s: () => follow("[data-act=star]", cards()[at]),
    m: () => follow("[data-act=read]", cards()[at]),
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
      document.querySelector("#found").replaceWith(document.adoptNode(fresh));
      history.replaceState(null, "", url);
      at = -1;
    } catch (error) {
      if (error.name === "AbortError") return;
      const said = document.createElement("p");
      said.textContent = "This rule could not be tried now: press Try it.";
      document.querySelector("#found").replaceChildren(said);
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(renew, 350);
  });
})();
