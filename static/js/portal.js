/* Les gestes communs à toutes les pages. Chaque page marche sans ce fichier. */
(() => {
  "use strict";

  const typing = (element) => element.matches("input, textarea, select, [contenteditable]");

  /* Récapitulatif des erreurs : il prend le focus à l’arrivée. */
  const focusSummary = () => document.querySelector("[data-error-summary]")?.focus();

  /* Explications de dates et menus : Échap ferme et rend le focus ; un clic ailleurs ferme ce qui flotte. */
  const FLOATING = "details.why-float[open], details[data-menu][open]";
  const closeAll = (except) => {
    for (const open of document.querySelectorAll(FLOATING)) if (!open.contains(except)) open.open = false;
  };
  document.addEventListener("click", (event) => closeAll(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = event.target.closest("details.why[open], details[data-menu][open]") || document.querySelector(FLOATING);
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  /* Confirmation : <button data-confirm="id-du-dialogue">. Le formulaire ne part qu’après « ok ». */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm]");
    const dialog = button && document.getElementById(button.dataset.confirm);
    if (!dialog || button.dataset.confirmed) return;
    event.preventDefault();
    dialog.returnValue = "";
    dialog.addEventListener("close", () => {
      button.focus();
      if (dialog.returnValue !== "ok") return;
      button.dataset.confirmed = "1";
      button.click();
      delete button.dataset.confirmed;
    }, { once: true });
    dialog.showModal();
  });

  /* Aide : <button data-open="id-du-dialogue">, ou la touche « ? » ; fermée, elle rend le focus. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button) document.getElementById(button.dataset.open)?.showModal();
  });
  document.addEventListener("keydown", (event) => {
    const help = document.querySelector("dialog[data-keys-help]");
    if (!help || help.open || event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = event.target.matches("input[type=checkbox], input[type=radio]");
    if ((typing(event.target) && !box) || localStorage.getItem("keys") === "off") return;
    event.preventDefault();
    help.showModal();
  });

  /* Sur téléphone, l’en-tête et les onglets défilent : la rubrique où l’on est se voit. */
  for (const here of document.querySelectorAll(".site-nav [aria-current], .tabs [aria-current]")) {
    here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 24;
  }

  /* Un envoi ne part qu’une fois. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  /* Champs qui envoient leur formulaire (filtres) ; sans script, le bouton du formulaire reste. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  /* Listes au clavier : J, K, Entrée et / sur une table [data-keys]. Case « raccourcis » : localStorage « keys » = off. */
  const move = (table, step) => {
    const rows = [...table.tBodies[0].rows];
    const here = rows.findIndex((row) => row.classList.contains("is-focus"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
    if (!next) return;
    if (here >= 0) rows[here].classList.remove("is-focus");
    next.classList.add("is-focus");
    (next.querySelector("th a, td a") || next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const table = document.querySelector("table[data-keys]");
    if (!table || typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (localStorage.getItem("keys") === "off" || document.querySelector("dialog[open]")) return;
    if (event.code === "KeyJ") move(table, 1);
    else if (event.code === "KeyK") move(table, -1);
    else if (event.key === "/") document.querySelector("input[type=search]")?.focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("table[data-keys] tbody tr");
    if (!row) return;
    for (const other of row.parentElement.rows) other.classList.toggle("is-focus", other === row);
  });

  focusSummary();
  document.addEventListener("htmx:afterSwap", focusSummary);
})();
