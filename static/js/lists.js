/* Listes de CER : ce que le portail en lit s’affiche sous chacune, à chaque enregistrement.
   Sans ce fichier, la lecture paraît au rechargement de la page. */
(() => {
  "use strict";

  const form = document.getElementById("listes");
  if (!form) return;
  const places = new Map([...form.querySelectorAll("[data-reading]")].map((place) => [place.dataset.reading, place]));

  form.addEventListener("autosave:saved", (event) => {
    const { readings } = JSON.parse(event.detail.text);
    for (const [code, { words, tone }] of Object.entries(readings)) {
      const place = places.get(code);
      if (!place || place.textContent === words) continue;
      place.textContent = words;
      place.className = `list-read${tone ? ` c-${tone}` : ""}`;
    }
  });
})();
