/* Attestations lues ensemble : J et K vont de l’une à l’autre, A coche et passe à la suivante, R mène au refus.
   Une attestation est « lue » quand sa dernière page est restée une seconde sous les yeux.
   Sans ce fichier, on lit, on coche, on envoie. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-batch]");
  if (!form) return;
  const NBSP = "\u00a0";
  const NNBSP = "\u202f";
  const proofs = [...form.querySelectorAll("[data-proof]")];
  const boxOf = (proof) => proof.querySelector("input[name=certificates]");
  const boxes = proofs.map(boxOf).filter(Boolean);
  const submit = form.querySelector("[data-count]");
  const tickRead = form.querySelector("[data-tick-read]");
  const spoken = form.querySelector("[data-spoken]");
  const read = new Set();

  for (const part of document.querySelectorAll("[data-scripted]")) part.hidden = false;

  const ticked = () => boxes.filter((box) => box.checked);
  const count = (number, one, many) => `${number} ${number > 1 ? many : one}`;
  const show = () => {
    if (!submit) return;
    const number = ticked().length;
    submit.disabled = !number;
    submit.querySelector("span").textContent = number ? `Accepter ${count(number, "attestation", "attestations")}` : "Aucune attestation cochée";
    const left = boxes.filter((box) => !box.checked && read.has(box)).length;
    tickRead.hidden = !left;
    tickRead.textContent = `Cocher ${left > 1 ? `les ${left} qui sont lues` : "celle qui est lue"}`;
  };
  form.addEventListener("change", show);
  tickRead?.addEventListener("click", () => {
    for (const box of boxes) if (read.has(box)) box.checked = true;
    show();
    spoken.textContent = `${count(ticked().length, "attestation cochée", "attestations cochées")}.`;
    submit.focus();
  });

  /* Ce qui va être accepté : combien, puis les modules de chaque référent. */
  const list = document.querySelector("[data-list]");
  submit?.addEventListener("click", () => {
    const modules = new Map();
    for (const box of ticked()) {
      const { referent, module } = box.dataset;
      modules.set(referent, [...(modules.get(referent) || []), module]);
    }
    const unread = ticked().filter((box) => !read.has(box)).length;
    const words = count(ticked().length, "attestation", "attestations");
    document.querySelector("[data-how-many]").textContent =
      `${words}${unread ? `, dont ${count(unread, "que vous n’avez pas affichée", "que vous n’avez pas affichées")} jusqu’au bout` : ""}${NBSP}:`;
    list.replaceChildren(...[...modules].map(([referent, names]) => {
      const line = document.createElement("li");
      line.textContent = `${referent}${NBSP}: ${names.join(`${NNBSP}; `)}`;
      return line;
    }));
  }, true);

  /* Une seconde sous les yeux. */
  const timers = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(timers.get(target));
      if (isIntersecting) timers.set(target, setTimeout(() => seen(target), 1000));
    }
  }, { threshold: 0.4 });
  const seen = (page) => {
    if (document.hidden || !page.complete || !page.naturalWidth) {
      timers.set(page, setTimeout(() => seen(page), 1000));
      return;
    }
    watcher.unobserve(page);
    const proof = page.closest("[data-proof]");
    proof.querySelector("[data-read]").hidden = false;
    read.add(boxOf(proof));
    show();
  };
  for (const proof of proofs) {
    const pages = proof.querySelectorAll(".viewer-scroll img");
    if (pages.length) watcher.observe(pages[pages.length - 1]);
  }

  const here = () => proofs.findIndex((proof) => proof.contains(document.activeElement));
  const visit = (index) => {
    const proof = proofs[Math.min(proofs.length - 1, Math.max(0, index))];
    proof.focus({ preventScroll: true });
    proof.scrollIntoView({ block: "start" });
  };
  const acts = {
    j: () => visit(here() + 1),
    k: () => visit(here() - 1),
    a: () => {
      const box = proofs[here()] && boxOf(proofs[here()]);
      if (!box) return;
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change", { bubbles: true }));
      spoken.textContent = box.checked ? "Cochée" : "Décochée";
      if (box.checked) visit(here() + 1);
    },
    r: () => proofs[here()]?.querySelector("[data-refuse]").click(),
  };
  document.addEventListener("keydown", (event) => {
    const act = acts[event.key.toLowerCase()];  // la lettre écrite sur la touche, quel que soit le clavier
    if (!act || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
    if (localStorage.getItem("keys") === "off" || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  });
  show();
})();
