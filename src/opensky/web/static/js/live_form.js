// A form that is checked while somebody works in it, and shown anew by the server after a button or choice of its own.
// Such a form has data-live: where to post it. The answer is the whole page, of which this takes what has changed. Everything
// works without this script, by the form's own buttons; with it the page stays, and so does the place in it.
const PAUSE = 350;

for (const form of document.querySelectorAll("form[data-live]")) {
  const seen = new Set();
  let timer = 0;
  let asking = null;

  const ask = async (button) => {
    clearTimeout(timer);
    asking?.abort();
    asking = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    if (button?.name) body.append(button.name, button.value);
    const answer = await fetch(form.dataset.live, { method: "POST", body, signal: asking.signal });
    if (!answer.ok || answer.redirected) throw new Error(`The form was not looked at: ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("form[data-live]");
  };

  // What is wrong is said beside its field, and only of fields that somebody has been in or that hold something.
  const tell = (fresh) => {
    for (const place of form.querySelectorAll(".error[id]")) {
      const name = place.id.slice(0, -"-error".length);
      const field = document.getElementById(name);
      const said = fresh.querySelector(`[id="${place.id}"]`)?.textContent ?? "";
      const shown = said && (seen.has(name) || (field && "value" in field && field.value)) ? said : "";
      if (place.textContent !== shown) place.textContent = shown;
      place.hidden = !shown;
      if (shown) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
      place.closest(".field")?.classList.toggle("wrong", Boolean(shown));
    }
    speak(fresh);
  };

  const speak = (fresh) => {
    for (const place of form.querySelectorAll("[aria-live][id]")) {
      const said = fresh.querySelector(`[id="${place.id}"]`)?.textContent ?? "";
      if (place.textContent !== said) place.textContent = said;
    }
  };

  // The part around a button or choice comes anew; the place to go to is the one that the server names, else the same as before.
  const renew = (fresh, from) => {
    for (const part of form.querySelectorAll("fieldset[id]")) {
      const made = fresh.querySelector(`fieldset[id="${part.id}"]`);
      if (made) part.replaceWith(document.adoptNode(made));
    }
    const wanted = form.querySelector("[data-focus]")?.dataset.focus || from;
    document.getElementById(wanted)?.focus();
    speak(fresh);
  };

  const quietly = (work) => work.catch((error) => error.name === "AbortError" || console.debug(error.message));

  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-anew]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => quietly(ask().then(tell)), PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-anew]")) {
      quietly(ask({ name: "do", value: "shown" }).then((fresh) => renew(fresh, event.target.id)));
    }
  });
  form.addEventListener("focusout", (event) => {
    if (event.target.id) seen.add(event.target.id);
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.hasAttribute("formaction") || button.value === "look") return;
    event.preventDefault();
    ask(button).then(
      (fresh) => renew(fresh, button.id),
      (error) => {
        // Whoever cannot be answered here is answered as without the script.
        if (error.name === "AbortError") return;
        const plain = document.createElement("input");
        plain.type = "hidden";
        plain.name = button.name;
        plain.value = button.value;
        form.append(plain);
        form.action = button.formAction;
        HTMLFormElement.prototype.submit.call(form);
      },
    );
  });
}
