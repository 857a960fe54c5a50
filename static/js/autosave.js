/* Enregistrement automatique des formulaires <form data-autosave>.

   Chaque changement est envoyé à data-autosave (ou à l’adresse du formulaire), une seconde après la dernière frappe, avec
   l’en-tête « X-Autosave: 1 ». La réponse attendue est 204 ou 200 : enregistré ; 422 : une réponse est à revoir, le texte
   dit laquelle ; 409 : quelqu’un a enregistré entre-temps, le texte dit qui (en JSON : tout est gardé, sauf des textes à
   choisir, et la page le montre) ; une page de connexion ou 401 : session
   expirée. « X-Version » est la version que le champ « version » enverra ensuite. « autosave:saved » porte le texte
   de la réponse (detail.text), à suivre aussitôt : la page prend d’un seul geste la version et ce qu’elle contient. Un
   envoi attend la fin de l’enregistrement en cours. data-compare : le serveur sait montrer les deux versions d’une
   réponse changée ailleurs.
   Tant que le serveur n’a pas répondu, la saisie est gardée sur l’appareil ; elle revient dans le formulaire à la
   prochaine ouverture, même après une reconnexion.

   Les autres formulaires sont gardés dans l’onglet le temps de leur envoi : si l’envoi mène à une page [data-unsent]
   (connexion, formulaire expiré, panne), la saisie revient quand le formulaire est rouvert.
   Rien n’est gardé d’un champ marqué data-private, d’un mot de passe ou d’un fichier. */
(() => {
  "use strict";

  const WAIT = 1000;
  const RETRY = 8000;
  const PREFIX = "saisie:";
  const SENT = "saisie-envoyee";
  const NBSP = "\u00a0";

  const keyOf = (form, url) =>
    `${PREFIX}${document.body.dataset.person || ""}:${form.dataset.draft || new URL(url, location.href).pathname}`;
  const clock = () => {
    const now = new Date();
    return `${now.getHours()}${NBSP}h${NBSP}${String(now.getMinutes()).padStart(2, "0")}`;
  };
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
  };

  const keepable = (field) =>
    field.name && field.name !== "csrfmiddlewaretoken" && !field.disabled && !field.dataset.private &&
    !["password", "file", "submit", "button", "hidden"].includes(field.type);

  const read = (form) => {
    const values = {};
    for (const field of form.elements) {
      if (!keepable(field)) continue;
      values[field.name] ??= [];
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) values[field.name].push(field.value);
      } else if (field.multiple) values[field.name].push(...[...field.selectedOptions].map((option) => option.value));
      else values[field.name].push(field.value);
    }
    return values;
  };

  const write = (form, values) => {
    const used = {};
    for (const field of form.elements) {
      if (!keepable(field) || !(field.name in values)) continue;
      const kept = values[field.name];
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = kept.includes(option.value);
      else {
        used[field.name] ??= 0;
        field.value = kept[used[field.name]++] ?? field.value;
      }
    }
  };

  /* Ce qui a été saisi avant que ce fichier n’arrive, sur une ligne lente. */
  const isTyped = (field) => {
    if (!keepable(field)) return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) {
      const first = field.multiple ? [] : [...field.options].slice(0, 1);
      const chosen = [...field.options].filter((option) => option.defaultSelected);
      const shown = chosen.length ? chosen : first;
      return [...field.options].some((option) => option.selected !== shown.includes(option));
    }
    return field.value !== field.defaultValue;
  };

  const addStatus = (form) => {
    const status = document.createElement("p");
    status.className = "saved";
    status.setAttribute("role", "status");
    form.append(status);
    return status;
  };
  const say = (status, name, words, tone = "") => {
    const text = document.createElement("span");
    text.textContent = words;
    if (tone) text.className = tone;
    status.replaceChildren(icon(name), text);
  };
  const TAKEN_UP = "Votre dernière saisie, gardée sur cet appareil, a été reprise.";

  class Autosave {
    constructor(form) {
      this.form = form;
      this.url = form.dataset.autosave || form.action;
      this.key = keyOf(form, this.url);
      this.status = document.querySelector(form.dataset.status || "[data-saved]") || addStatus(form);
      this.timer = null;
      this.running = null;
      this.version = 0;
      if (this.pending()) this.restore();
      else if ([...form.elements].some(isTyped)) this.changed(WAIT);
      form.addEventListener("input", () => this.changed(WAIT));
      form.addEventListener("change", () => this.changed(WAIT / 5));
      form.addEventListener("submit", (event) => { if (!event.defaultPrevented) this.submitted(event); });
      window.addEventListener("online", () => this.pending() && this.send());
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden" && this.timer) this.send();
      });
    }

    /* L’envoi porte tout : la copie gardée sera oubliée à la page suivante, si la session vivait encore. */
    submitted(event) {
      clearTimeout(this.timer);
      this.timer = null;
      if (this.running) {
        event.preventDefault();
        this.running.then(() => this.form.requestSubmit(event.submitter));
        return;
      }
      sessionStorage.setItem(SENT, this.key);
    }

    changed(wait) {
      this.version += 1;
      this.keep();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.send(), wait);
    }

    keep() {
      const kept = { at: Date.now(), values: read(this.form), version: this.form.elements.version?.value };
      try { localStorage.setItem(this.key, JSON.stringify(kept)); } catch { /* plein ou interdit */ }
    }

    pending() { return localStorage.getItem(this.key) !== null; }

    forget() { localStorage.removeItem(this.key); }

    restore() {
      let kept;
      try { kept = JSON.parse(localStorage.getItem(this.key) || "null"); } catch { kept = null; }
      if (!kept) return;
      write(this.form, kept.values);
      this.follow(kept.version);
      this.form.dispatchEvent(new CustomEvent("autosave:restored", { bubbles: true }));
      this.say("edit", TAKEN_UP);
      this.timer = setTimeout(() => this.send(), WAIT);
    }

    follow(version) {
      if (version && this.form.elements.version) this.form.elements.version.value = version;
    }

    send() {
      clearTimeout(this.timer);
      this.timer = null;
      if (this.running) { this.timer = setTimeout(() => this.send(), WAIT); return; }
      this.running = this.post(this.version).finally(() => { this.running = null; });
    }

    async post(version) {
      try {
        const response = await fetch(this.url, {
          method: "POST",
          body: new FormData(this.form),
          headers: { "X-Autosave": "1", "X-CSRFToken": this.form.elements.csrfmiddlewaretoken?.value || "" },
          credentials: "same-origin",
          keepalive: true,
        });
        const text = await response.text();
        this.follow(response.headers.get("X-Version"));
        if (response.status === 409 && /json/.test(response.headers.get("Content-Type"))) this.clashed(text);
        else if (response.status === 409) this.overtaken(text);
        else if (response.status === 422) this.refused(text);
        else this.answered(response, text, version);
      } catch {
        this.lost();
      }
    }

    answered(response, text, version) {
      const loggedOut = response.status === 401 || response.status === 403 || (response.redirected && /\/(login|connexion)\//.test(response.url));
      if (loggedOut) this.expired();
      else if (!response.ok) this.lost();
      else {
        this.closeNote();
        this.say("check", `Enregistré à ${clock()}`);
        if (version === this.version) this.forget();
        this.form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: { text } }));
        if (version !== this.version) this.keep();
      }
    }

    refused(words) {
      this.closeNote();
      if (this.pending()) this.keep();
      this.say("alert", words || "Une réponse est à revoir.", "c-warn");
    }

    /* Tout est enregistré, sauf des textes à choisir : la page les montre, la saisie reste gardée. */
    clashed(text) {
      this.closeNote();
      this.say("alert", "Un texte est à choisir", "c-warn");
      this.form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: { text } }));
    }

    overtaken(words) {
      this.forget();
      let again;
      if ("compare" in this.form.dataset) {
        again = document.createElement("button");
        again.className = "btn btn-secondary btn-sm";
        again.type = "submit";
        again.setAttribute("form", this.form.id);
        again.textContent = "Comparer les deux versions";
      } else {
        again = document.createElement("a");
        again.href = location.href;
        again.textContent = "Recharger la page";
      }
      this.note("Cette page a changé entre-temps", `${words} `, again);
      this.say("alert", "Pas enregistré", "c-bad");
    }

    lost() {
      this.since ??= clock();
      this.note("Connexion perdue à " + this.since, "Votre saisie est gardée sur cet appareil. Nous réessayons.");
      this.say("alert", "Pas encore enregistré", "c-bad");
      this.timer = setTimeout(() => this.send(), RETRY);
    }

    expired() {
      const login = document.createElement("a");
      login.href = `${document.body.dataset.login || "/"}?next=${encodeURIComponent(location.pathname + location.search)}`;
      login.textContent = "Se reconnecter";
      this.note("Votre session a expiré", "Votre saisie est gardée sur cet appareil et reviendra après la connexion. ", login);
      this.say("alert", "Pas encore enregistré", "c-bad");
    }

    note(title, text, link) {
      this.box ??= document.createElement("div");
      this.box.className = "note t-bad mb-4";
      this.box.setAttribute("role", "alert");
      const inner = document.createElement("div");
      const heading = document.createElement("h2");
      heading.textContent = title;
      const paragraph = document.createElement("p");
      paragraph.textContent = text;
      if (link) paragraph.append(link);
      inner.append(heading, paragraph);
      this.box.replaceChildren(icon("alert"), inner);
      const place = this.form.querySelector("[data-notes]");
      if (this.box.isConnected) return;
      if (place) place.append(this.box);
      else this.form.before(this.box);
    }

    closeNote() {
      this.since = undefined;
      this.box?.remove();
    }

    say(name, words, tone = "") { say(this.status, name, words, tone); }
  }

  const isKept = (form) =>
    form.method === "post" && !("autosave" in form.dataset) && !form.hasAttribute("hx-post") &&
    !form.querySelector("[type=password]") && Object.keys(read(form)).length > 0;
  const takeUp = (form) => {
    const key = keyOf(form, form.action);
    const kept = sessionStorage.getItem(key);
    if (!kept) return;
    sessionStorage.removeItem(key);
    write(form, JSON.parse(kept));
    say(addStatus(form), "edit", TAKEN_UP);
  };
  document.addEventListener("submit", (event) => {
    if (!isKept(event.target)) return;
    const key = keyOf(event.target, event.target.action);
    try { sessionStorage.setItem(key, JSON.stringify(read(event.target))); } catch { return; }
    sessionStorage.setItem(SENT, key);
  });

  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (sent && !document.querySelector("[data-unsent]")) {
    localStorage.removeItem(sent);
    sessionStorage.removeItem(sent);
  }
  for (const form of document.forms) {
    if ("autosave" in form.dataset) new Autosave(form);
    else if (isKept(form)) takeUp(form);
  }
})();
