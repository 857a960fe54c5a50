/* La table des présences : P présent, A absent, puis la personne suivante de la même demi-journée ; « Tous présents »
   remplit ce qui est vide d’une colonne. Sans ce fichier, on coche, on enregistre. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-attendance]");
  if (!form) return;
  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;

  const boxesOf = (column) => [...form.querySelectorAll(`[data-column="${column}"]`)];
  const choose = (box, value) => {
    const radio = box.querySelector(`input[value="${value}"]`);
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    return radio;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-all]");
    if (!button) return;
    for (const box of boxesOf(button.dataset.all)) if (!box.querySelector(":checked")) choose(box, "1");
  });

  form.addEventListener("keydown", (event) => {
    const value = { p: "1", a: "0" }[event.key.toLowerCase()];
    const box = event.target.closest("[data-column]");
    if (!value || !box || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (localStorage.getItem("keys") === "off") return;
    event.preventDefault();
    choose(box, value);
    const column = boxesOf(box.dataset.column);
    const next = column[column.indexOf(box) + 1] || box;
    (next.querySelector(":checked") || next.querySelector("input")).focus();
  });
})();
