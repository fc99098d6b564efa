// A form that is checked while somebody works in it, and shown anew by the server after a button or choice of its own.
// Such a form has data-live: where to post it. The answer is the whole page, of which this takes what has changed. Everything
// works without this script, by the form's own buttons; with it the page stays, and so does the place in it.
const PAUSE = 350;
const SEARCH = 700; // whoever types to find a choice is not interrupted

for (const form of document.querySelectorAll("form[data-live]")) {
  const seen = new Set();
  let checking = 0;
  let choosing = 0;
  let asked = null;
  let waiting = 0;
  let turn = Promise.resolve();
  let byKey = false;

  const values = () => new Map([...form.elements].filter((each) => each.id).map((each) => [each.id, each.value]));

  const ask = async (button, signal) => {
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.append(button.name, button.value);
    const answer = await fetch(form.dataset.live, { method: "POST", body, signal });
    if (!answer.ok || answer.redirected) throw new Error(`The form was not looked at: ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form[data-live]");
  };

  const textIn = (fresh, place) => fresh.querySelector(`[id="${place.id}"]`)?.textContent ?? "";

  const speak = (fresh) => {
    for (const place of form.querySelectorAll("[aria-live][id]")) {
      const said = textIn(fresh, place);
      if (place.textContent !== said) place.textContent = said;
    }
  };

  // What is wrong is said beside its field, and only of fields that somebody has been in or that hold something.
  const tell = (fresh) => {
    for (const place of form.querySelectorAll(".error[id]")) {
      const name = place.id.slice(0, -"-error".length);
      const field = document.getElementById(name);
      const said = textIn(fresh, place);
      const shown = said && (seen.has(name) || (field && "value" in field && field.value)) ? said : "";
      if (place.textContent !== shown) place.textContent = shown;
      place.hidden = !shown;
      if (shown) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
      place.closest(".field")?.classList.toggle("wrong", Boolean(shown));
    }
    speak(fresh);
  };

  // The parts with an id come anew. What was typed while the server answered stays, and so does the focus, unless a button leads on.
  const renew = (fresh, sent, leads) => {
    const now = values();
    const held = form.contains(document.activeElement) ? document.activeElement.id : "";
    for (const part of form.querySelectorAll("fieldset[id]")) {
      const made = fresh.querySelector(`fieldset[id="${part.id}"]`);
      if (made) part.replaceWith(document.adoptNode(made));
    }
    for (const [id, value] of now) {
      const field = sent.has(id) && sent.get(id) !== value ? document.getElementById(id) : null;
      if (field) field.value = value;
    }
    const wanted = (leads && form.querySelector("[data-focus]")?.dataset.focus) || held;
    if (wanted && document.activeElement?.id !== wanted) document.getElementById(wanted)?.focus();
    speak(fresh);
  };

  // One after the other, so that none undoes what another did.
  const anew = (button) => {
    clearTimeout(checking);
    clearTimeout(choosing);
    asked?.abort();
    waiting += 1;
    const done = turn.then(async () => {
      const sent = values();
      renew(await ask(button), sent, button.value !== "shown");
    });
    turn = done.catch(() => {}).then(() => { waiting -= 1; });
    return done;
  };

  const check = async () => {
    if (waiting) return later();
    asked?.abort();
    asked = new AbortController();
    try {
      tell(await ask(null, asked.signal));
    } catch (error) {
      if (error.name !== "AbortError") console.debug(error.message);
    }
  };

  const later = () => {
    clearTimeout(checking);
    checking = setTimeout(check, PAUSE);
  };

  const chosen = () => {
    clearTimeout(choosing);
    choosing = 0;
    anew({ name: "do", value: "shown" }).catch((error) => console.debug(error.message));
  };

  form.addEventListener("pointerdown", () => { byKey = false; });
  form.addEventListener("keydown", () => { byKey = true; });
  form.addEventListener("input", (event) => {
    if (!event.target.matches("[data-anew]")) later();
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-anew]")) return;
    clearTimeout(choosing);
    choosing = setTimeout(chosen, byKey ? SEARCH : 0);
  });
  form.addEventListener("focusout", (event) => {
    if (event.target.id) seen.add(event.target.id);
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.hasAttribute("formaction") || button.value === "look") return;
    event.preventDefault();
    anew(button).catch(() => {
      // Whoever cannot be answered here is answered as without the script.
      const plain = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
      form.append(plain);
      form.action = button.formAction;
      HTMLFormElement.prototype.submit.call(form);
    });
  });
}
