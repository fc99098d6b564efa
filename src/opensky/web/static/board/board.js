// Keeps the board going: takes what has changed, notices when nothing comes, and comes back by itself.
"use strict";
(() => {
  const SILENT = 4000, LONGEST_WAIT = 15000;
  const note = document.getElementById("frozen");
  let heard = performance.now(), shownAt = clock(), source, again, wait = 1000, trouble = "";

  function clock() {
    const time = document.querySelector("time[data-clock]");
    return time ? new Date(1000 * Number(time.dataset.clock)) : new Date();
  }

  // The server writes UTC; who stands before the screen reads the clock on the wall.
  function localize() {
    for (const time of document.querySelectorAll("time[data-clock]")) {
      time.textContent = new Date(1000 * Number(time.dataset.clock)).toLocaleTimeString("en-GB");
      const zone = time.nextElementSibling;
      if (zone) zone.remove();
    }
  }

  function fill(parts) {
    for (const [id, html] of Object.entries(parts)) {
      const element = document.getElementById(id);
      if (!element) continue;
      // A changed sentence is read aloud, an unchanged one is not: what is the same stays the same element.
      if (id === "verdict" && same(element, html)) continue;
      element.innerHTML = html;
    }
    localize();
  }

  function same(element, html) {
    const other = document.createElement("div");
    other.innerHTML = html;
    return other.textContent === element.textContent && other.firstElementChild.className === element.firstElementChild.className;
  }

  function take(event) {
    const told = JSON.parse(event.data);
    if (told.version !== document.body.dataset.version) return location.reload();
    fill(told.parts);
    heard = performance.now();
    shownAt = new Date(1000 * told.at);
    wait = 1000;
    trouble = "";
    look();
  }

  // A tab that nobody sees holds no connection: a browser has six of them for one shop.
  function turn() {
    clearTimeout(again);
    if (document.hidden) return source.close();
    heard = performance.now();
    listen();
  }

  function look() {
    if (document.hidden) return;
    const silent = performance.now() - heard;
    const frozen = silent > SILENT;
    document.body.classList.toggle("is-frozen", frozen);
    note.hidden = !frozen;
    if (frozen) {
      const since = shownAt.toLocaleTimeString("en-GB");
      note.textContent = `This board stands still since ${since} (${Math.round(silent / 1000)} s). ${trouble || "It tries to go on by itself."}`;
    }
  }

  function listen() {
    if (source) source.close();
    source = new EventSource(document.body.dataset.live);
    source.addEventListener("board", take);
    source.addEventListener("trouble", () => { trouble = "The numbers cannot be read."; });
    // The browser comes again by itself while it may; once it was refused, we do, later each time.
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) return;
      clearTimeout(again);
      again = setTimeout(listen, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    };
  }

  document.documentElement.classList.remove("still");
  localize();
  if (!document.body.dataset.live) return;
  listen();
  document.addEventListener("visibilitychange", turn);
  setInterval(look, 500);
})();
