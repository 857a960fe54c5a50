/* Grilles d’évaluation : totaux au fil des coches, lignes liées, clavier du poste de cotation, pages du CER.
   Sans ce fichier, la grille est un formulaire : on coche, on valide. */
(() => {
  "use strict";

  const form = document.querySelector("[data-scoring]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=ticks]")];
  const spoken = form.querySelector("[data-spoken]");
  const say = (words) => { if (spoken) spoken.textContent = words; };
  const open = form.hasAttribute("data-autosave");
  form.classList.add("is-scripted");

  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;

  /* Une ligne cochée coche celle qu’elle suppose ; décocher celle-ci décoche les lignes qui en dépendent. */
  const needs = (box) => (box.dataset.requires || "").split(" ").filter(Boolean);
  const link = (box) => {
    for (const other of boxes) {
      if (box.checked && needs(box).includes(other.value)) other.checked = true;
      if (!box.checked && needs(other).includes(box.value)) other.checked = false;
    }
  };
  /* Temps de travail : une ligne qui ne suit plus la DPID se voit. */
  const compare = () => {
    for (const box of boxes) {
      if ("control" in box.dataset) box.closest("label").classList.toggle("is-revised", box.checked !== (box.dataset.control === "1"));
    }
  };
  form.addEventListener("change", (event) => {
    if (event.target.name !== "ticks") return;
    link(event.target);
    compare();
  }, true);
  form.addEventListener("autosave:restored", compare);

  /* Réponse de l’enregistrement : les points, les moyennes. */
  form.addEventListener("autosave:saved", (event) => {
    const { totals, criteria, ...meanwhile } = JSON.parse(event.detail.text);
    document.querySelector("[data-totals]").innerHTML = totals;
    for (const [id, points] of Object.entries(criteria)) {
      const place = form.querySelector(`[data-points="${CSS.escape(id)}"]`);
      if (place) place.textContent = points;
    }
    catchUp(meanwhile);
    sayHeld(meanwhile.held);
  });

  /* Une autre personne a écrit dans la même grille : ses coches suivent et se voient, un texte écrit à deux se choisit. */
  const takeOver = (line, { ticked, words }) => {
    const box = boxes.find((each) => each.value === line);
    if (!box) return;
    box.checked = ticked;
    const place = box.closest("label").querySelector(".g-text");
    const mark = place.querySelector(".g-other") || place.appendChild(document.createElement("span"));
    mark.className = "g-prop g-other";
    mark.textContent = words;
    say(`${place.firstChild.textContent.trim()} : ${words}`);
  };
  const field = (name) => form.elements[name];
  const catchUp = ({ merged = {}, heard = {}, clashes = {} }) => {
    for (const [line, told] of Object.entries(merged)) takeOver(line, told);
    for (const [name, { was, now }] of Object.entries(heard)) {
      if (field(name)?.value.trim() === was.trim()) field(name).value = now;
    }
    for (const [name, html] of Object.entries(clashes)) {
      form.querySelector(`[data-clash-of="${CSS.escape(name)}"]`).innerHTML = html;
    }
    compare();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=decided]");
    if (!button) return;
    event.preventDefault();
    const clash = button.closest("[data-clash]");
    const chosen = field(clash.dataset.clash);
    if (button.value.endsWith(":theirs")) chosen.value = clash.dataset.theirs;
    clash.remove();
    chosen.focus();
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
  });

  /* Ouvrir un CER à coter le tient ; tant que l’on y travaille, il reste tenu. */
  const HELD_FOR = 5 * 60 * 1000;
  const sayHeld = (words) => {
    const note = document.querySelector("[data-held-note]");
    if (!note) return;
    note.hidden = !words;
    note.querySelector("[data-held-words]").textContent = words || "";
  };
  if (form.dataset.claim) {
    const queue = document.querySelector("[data-waiting]");
    let heldAt = 0;
    const hold = async () => {
      if (Date.now() - heldAt < HELD_FOR) return;
      heldAt = Date.now();
      try {
        const response = await fetch(form.dataset.claim, {
          method: "POST",
          headers: { "X-Autosave": "1", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
          credentials: "same-origin",
        });
        if (response.status === 423) sayHeld(await response.text());
        const waiting = response.headers.get("X-Waiting");
        queue.hidden = waiting === null;
        queue.firstElementChild.textContent = waiting ?? "";
      } catch { heldAt = 0; }
    };
    for (const act of ["keydown", "pointerdown", "wheel"]) document.addEventListener(act, hold, { passive: true });
    hold();
  }

  /* Faits du contrat : ce qu’ils proposent suit leur enregistrement ; une personne confirme. */
  const said = [...form.querySelectorAll("[data-said]")];
  const confirmer = form.querySelector("[data-confirm]");
  const propose = (place, proposal) => {
    place.hidden = !proposal;
    delete place.dataset.granted;
    if (!proposal) return;
    const [granted, reason] = proposal;
    place.dataset.granted = granted ? "1" : "0";
    place.classList.toggle("is-yes", granted);
    place.querySelector("[data-said-as]").textContent = granted ? "oui" : "non";
    place.querySelector("[data-why]").textContent = reason;
  };
  document.querySelector("[data-facts-form]")?.addEventListener("autosave:saved", (event) => {
    const { proposals, vigilance, summary } = JSON.parse(event.detail.text);
    for (const place of said) propose(place, proposals[place.dataset.said]);
    if (confirmer) confirmer.hidden = !Object.keys(proposals).length;
    document.querySelector("[data-vigilance]").innerHTML = vigilance;
    document.querySelector("[data-facts-summary]").textContent = summary;
  });
  const confirm = () => {
    let count = 0;
    for (const place of said) {
      const box = boxes.find((each) => each.value === place.dataset.said);
      if (!box || !("granted" in place.dataset) || box.checked === (place.dataset.granted === "1")) continue;
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
      count += 1;
    }
    say(count > 1 ? `${count} propositions confirmées` : count ? "1 proposition confirmée" : "Rien de plus à confirmer");
  };
  confirmer?.addEventListener("click", (event) => {
    event.preventDefault();
    confirm();
  });
  const unfold = (panel, field) => {
    if (!panel) return;
    panel.open = !panel.open;
    (panel.open && field ? panel.querySelector(field) : panel.querySelector("summary"))?.focus();
  };

  /* Clavier : event.code, car les chiffres d’un clavier AZERTY demandent Maj. */
  const current = () => boxes.findIndex((box) => box.closest("label").classList.contains("is-current"));
  const mark = (box) => {
    for (const other of boxes) other.closest("label").classList.toggle("is-current", other === box);
  };
  const visit = (box) => {
    mark(box);
    box.focus();
    box.closest("label").scrollIntoView({ block: "nearest" });
  };
  const toggle = (box) => {
    mark(box);
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    say(`${box.closest("label").querySelector(".g-text").textContent.trim()} : ${box.checked ? "oui" : "non"}`);
  };
  form.addEventListener("focusin", (event) => { if (event.target.name === "ticks" && open) mark(event.target); });

  const keyed = form.querySelector("[data-keys-switch]");
  const keysOn = () => localStorage.getItem("keys") !== "off";
  const showKeys = () => {
    document.body.classList.toggle("keys-off", !keysOn());
    if (keyed) keyed.checked = keysOn();
  };
  keyed?.addEventListener("change", () => {
    localStorage.setItem("keys", keyed.checked ? "on" : "off");
    showKeys();
    say(keyed.checked ? "Touches activées" : "Touches désactivées");
  });
  showKeys();

  const text = (element) => element.matches("textarea, select, [contenteditable], input:not([type=checkbox])");
  const follow = (code) => document.querySelector(`[data-go="${code}"]`)?.click();
  const acts = {
    KeyP: () => follow("KeyP"),
    KeyS: () => follow("KeyS"),
    KeyF: () => unfold(document.querySelector("[data-facts]"), "input:not([type=hidden])"),
    KeyA: () => unfold(document.querySelector("[data-aid]")),
  };
  if (!open) acts.Enter = acts.NumpadEnter = () => document.querySelector("[data-next]")?.click();
  if (open) {
    acts.KeyN = () => visit(boxes[(current() + 1) % boxes.length]);
    acts.KeyO = confirm;
    acts.KeyC = () => form.elements.comment.focus();
    acts.Enter = () => form.requestSubmit();
    acts.NumpadEnter = acts.Enter;
    for (const box of boxes) {
      acts[`Digit${box.dataset.key}`] = () => toggle(box);
      acts[`Numpad${box.dataset.key}`] = () => toggle(box);
    }
  }
  /* Les chiffres par leur place (AZERTY les met sous Maj), les lettres par leur nom : A est A partout. */
  const keyOf = ({ code, key }) => (/^(Digit|Numpad)/.test(code) || key.length > 1 ? code : `Key${key.toUpperCase()}`);
  document.addEventListener("keydown", (event) => {
    const act = acts[keyOf(event)];
    if (!act || event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!document.body.classList.contains("ws-body") || !keysOn() || text(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (/Enter/.test(event.code) && event.target.closest("a, button, summary")) return;
    event.preventDefault();
    act();
  });

  form.querySelector(".g-reason .is-invalid")?.focus();

  /* Pages du CER : tourner, agrandir. */
  const viewer = document.querySelector("[data-viewer]");
  if (!viewer) return;
  const scroll = viewer.querySelector(".viewer-scroll");
  const pages = [...scroll.querySelectorAll("img")];
  const turns = [...viewer.querySelectorAll("[data-turn]")];
  const zooms = [...viewer.querySelectorAll("[data-zoom]")];
  const fit = viewer.querySelector("[data-fit]");
  const ZOOMS = ["100", "125", "150", "200"];
  let zoom = 0;
  const here = () => {
    const middle = scroll.getBoundingClientRect().top + scroll.clientHeight / 2;
    const found = pages.findIndex((page) => page.getBoundingClientRect().bottom > middle);
    return found < 0 ? pages.length - 1 : found;
  };
  const show = () => {
    if (pages.length) viewer.querySelector("[data-where]").textContent = `Page ${here() + 1} sur ${pages.length}`;
    for (const button of turns) button.disabled = !pages[here() + Number(button.dataset.turn)];
    for (const button of zooms) button.disabled = !ZOOMS[zoom + Number(button.dataset.zoom)];
  };
  const turn = (step) => {
    const page = pages[here() + step];
    if (page) scroll.scrollTo({ top: page.offsetTop - scroll.offsetTop });
  };
  /* Le grossissement reste d’un CER à l’autre ; 100 % : la page prend la largeur de son volet. */
  const grow = (index) => {
    const before = scroll.scrollHeight;
    const top = scroll.scrollTop;
    zoom = Math.min(ZOOMS.length - 1, Math.max(0, index));
    scroll.dataset.size = ZOOMS[zoom];
    viewer.querySelector("[data-zoomed]").textContent = `${ZOOMS[zoom]}\u202f%`;
    scroll.scrollTop = (top * scroll.scrollHeight) / before;
    fit.disabled = zoom === 0;
    try { localStorage.setItem("zoom", ZOOMS[zoom]); } catch { /* interdit */ }
    show();
  };
  for (const button of turns) button.addEventListener("click", () => turn(Number(button.dataset.turn)));
  for (const button of zooms) button.addEventListener("click", () => grow(zoom + Number(button.dataset.zoom)));
  fit.addEventListener("click", () => grow(0));
  const leaf = (way) => scroll.scrollBy({ top: way * scroll.clientHeight * 0.85 });
  Object.assign(acts, {
    ArrowLeft: () => turn(-1),
    ArrowRight: () => turn(1),
    PageUp: () => leaf(-1),
    PageDown: () => leaf(1),
    KeyG: () => grow(zoom + 1),
    KeyR: () => grow(zoom - 1),
    KeyL: () => grow(0),
    NumpadAdd: () => grow(zoom + 1),
    NumpadSubtract: () => grow(zoom - 1),
  });
  scroll.addEventListener("scroll", show, { passive: true });
  for (const page of pages) page.addEventListener("load", show);
  grow(Math.max(0, ZOOMS.indexOf(localStorage.getItem("zoom"))));

  /* La première page du CER suivant est prête avant d’être demandée. */
  const ahead = viewer.dataset.ahead;
  if (ahead) window.addEventListener("load", () => { new Image().src = ahead; });
})();
