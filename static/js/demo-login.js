/* Démonstration : choisir un compte remplit le formulaire. Sans ce fichier, l’adresse est écrite en clair. */
(() => {
  "use strict";
  const list = document.querySelector("[data-demo-accounts]");
  if (!list) return;
  for (const note of list.querySelectorAll("[data-without-script]")) note.remove();
  for (const button of list.querySelectorAll("[data-email]")) button.hidden = false;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-email]");
    if (!button) return;
    document.getElementById("id_login").value = button.dataset.email;
    const password = document.getElementById("id_password");
    password.value = list.dataset.password;
    password.form.querySelector("button.btn-primary").focus();
  });
})();
