/* Dépôt de fichiers. Sans script, c’est un champ de fichier et un bouton.

   Zone [data-drop] : les fichiers glissés entrent dans le champ, la liste dit lesquels et leur poids.
   Formulaire <form data-upload> : chaque fichier part aussitôt, seul, avec les autres champs du formulaire et l’en-tête
   « X-Upload: 1 ». Réponse 2xx : reçu (JSON facultatif {"message"}) ; 4xx : refusé, JSON {"errors": ["…"]}. Quand tout est
   reçu, la page est rechargée ; un fichier refusé garde son erreur à côté de son nom et n’empêche pas les autres.
   Un fichier plus lourd que data-max (octets) est refusé avant de partir.
   Formulaire <form data-done="adresse"> : des réponses et un fichier, envoyés avec « X-Form: 1 ». Une redirection mène à
   cette adresse ; un refus (422) prend la place du formulaire, et le fichier choisi y reste choisi. */
(() => {
  "use strict";

  const MEGA = 1024 * 1024;
  const NBSP = "\u00a0";
  const size = (bytes) =>
    bytes < MEGA ? `${Math.max(1, Math.floor(bytes / 1024))}${NBSP}Ko` : `${(Math.floor((bytes * 10) / MEGA) / 10).toLocaleString("fr-FR")}${NBSP}Mo`;

  const line = (list, file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = file.name;
    const state = document.createElement("span");
    state.className = "muted";
    state.textContent = size(file.size);
    item.append(name, state);
    list.append(item);
    return { item, state };
  };

  const refuse = ({ item, state }, words) => {
    item.querySelector("progress")?.remove();
    state.textContent = "Non reçu";
    const error = document.createElement("p");
    error.className = "field-error";
    error.textContent = words;
    item.append(error);
  };

  const tooBig = (input, file) => {
    const max = Number(input.dataset.max);
    return max && file.size > max ? `Ce fichier dépasse la limite de ${size(max)}. Il n’est pas parti.` : "";
  };

  const sendOne = (form, input, file, list) => new Promise((resolve) => {
    const row = line(list, file);
    const excess = tooBig(input, file);
    if (excess) {
      refuse(row, excess);
      resolve(false);
      return;
    }
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Envoi de ${file.name}`);
    row.item.append(bar);
    const data = new FormData(form);
    data.delete(input.name);
    data.append(input.name, file);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "1");
    request.setRequestHeader("Accept", "application/json, text/html;q=0.5");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = event.loaded / event.total;
      row.state.textContent = `${Math.floor((event.loaded / event.total) * 100)}\u202f%`;
    });
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* page HTML */ }
      const loggedOut = request.status === 401 || /\/(login|connexion)\//.test(request.responseURL);
      if (!loggedOut && request.status >= 200 && request.status < 300) {
        bar.remove();
        row.state.textContent = answer.message || "Reçu";
        resolve(true);
        return;
      }
      const words = loggedOut
        ? "Votre session a expiré. Reconnectez-vous, puis choisissez de nouveau ce fichier."
        : { 403: "Cette page a expiré. Rechargez-la, puis choisissez de nouveau ce fichier.", 413: "Ce fichier est trop lourd." }[request.status];
      refuse(row, (answer.errors || [])[0] || words || "Ce fichier n’a pas été reçu. Choisissez-le de nouveau.");
      resolve(false);
    });
    request.addEventListener("error", () => {
      refuse(row, "Connexion perdue pendant l’envoi. Choisissez de nouveau ce fichier. Les fichiers marqués « Reçu » sont enregistrés.");
      resolve(false);
    });
    request.send(data);
  });

  const sendAll = async (form, input, list) => {
    const files = [...input.files];
    input.value = "";
    let received = 0;
    for (const file of files) received += await sendOne(form, input, file, list);
    form.dispatchEvent(new CustomEvent("upload:done", { bubbles: true, detail: { received, total: files.length } }));
    if (received === files.length) { location.reload(); return; }
    if (!received) return;
    const again = document.createElement("li");
    const link = document.createElement("a");
    link.href = location.href;
    const several = received > 1 ? "s" : "";
    link.textContent = `${received} fichier${several} sur ${files.length} bien reçu${several}. Voir la page à jour`;
    again.append(link);
    list.append(again);
  };

  const set = (zone) => {
    const input = zone.querySelector("input[type=file]");
    const list = zone.querySelector("[data-drop-list]");
    if (!input || !list) return;
    const form = input.form;
    const chosen = () => {
      if (form?.hasAttribute("data-upload")) { sendAll(form, input, list); return; }
      list.replaceChildren();
      for (const file of input.files) {
        const row = line(list, file);
        const excess = tooBig(input, file);
        if (!excess) continue;
        refuse(row, excess);
        input.value = "";
      }
    };
    input.addEventListener("change", chosen);
    if (!form?.hasAttribute("data-upload")) chosen();
    for (const name of ["dragenter", "dragover"]) {
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("is-over");
      });
    }
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      const dropped = new DataTransfer();
      const files = [...event.dataTransfer.files];
      for (const file of input.multiple ? files : files.slice(0, 1)) dropped.items.add(file);
      if (!dropped.files.length) return;
      input.files = dropped.files;
      chosen();
    });
  };

  /* Le formulaire refusé, avec les fichiers qui n’y sont pour rien. */
  const takeBack = (form, html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = [...page.forms].find((other) => other.getAttribute("action") === form.getAttribute("action"));
    if (!fresh) { location.reload(); return; }
    for (const input of form.querySelectorAll("input[type=file]")) {
      const place = fresh.querySelector(`#${CSS.escape(input.id)}`);
      if (!place || !input.files.length || fresh.querySelector(`#${CSS.escape(input.id)}_error .field-error`)) continue;
      const kept = input.cloneNode();
      kept.files = input.files;
      place.replaceWith(kept);
      kept.closest("[data-drop]")?.querySelector("[data-again]")?.remove();
    }
    form.replaceWith(fresh);
    setAll(fresh);
    fresh.querySelector("[data-error-summary]")?.focus();
  };

  const complain = (form, words, login = "") => {
    const note = form.querySelector("[data-sending-failed]") || document.createElement("p");
    note.dataset.sendingFailed = "";
    note.className = "field-error";
    note.setAttribute("role", "alert");
    note.textContent = words;
    if (login) {
      const link = document.createElement("a");
      link.href = `${login}?next=${encodeURIComponent(location.pathname + location.search)}`;
      link.textContent = "Se reconnecter";
      note.append(" ", link);
    }
    form.append(note);
  };

  const sendWhole = async (form) => {
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Form": "1" }, redirect: "manual" });
    } catch {
      complain(form, "Connexion perdue : rien n’est parti. Vos réponses et votre fichier sont toujours là, envoyez-les de nouveau.");
      return;
    }
    if (response.type === "opaqueredirect") location.assign(form.dataset.done);
    else if (response.status === 422) takeBack(form, await response.text());
    else if ([401, 403].includes(response.status)) complain(form, "Votre session a expiré. Vos réponses reviendront après la connexion, le fichier sera à choisir de nouveau.", document.body.dataset.login);
    else complain(form, "L’envoi n’a pas abouti, rien n’est modifié. Vos réponses et votre fichier sont toujours là, réessayez dans quelques minutes.");
  };

  /* Écouté sur la page : le formulaire rendu par un refus est un autre formulaire. */
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-done]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.sending) return;
    form.dataset.sending = "1";
    await sendWhole(form);
    delete form.dataset.sending;
  }, true);

  const setAll = (root) => root.querySelectorAll("[data-drop]").forEach(set);
  setAll(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) setAll(event.target); });
})();
