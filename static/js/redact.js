/* Masquage d’un CER : choix vus sur la page, cadres tracés au doigt, à la souris ou au clavier.
   Sans ce fichier, chaque repérage se décide dans la liste et une zone se donne par des nombres. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-redact]");
  if (!form) return;
  const SVG = "http://www.w3.org/2000/svg";
  const STEP = 0.01;
  const SMALLEST = 0.008;
  const spoken = form.querySelector("[data-spoken]");
  const say = (words) => { spoken.textContent = words; };
  const many = (count, word) => `${count} ${word}${count > 1 ? "s" : ""}`;

  for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;

  /* Les décisions : la page et le compte suivent ce qui est choisi. */
  const signs = [...form.querySelectorAll("[data-sign]")];
  const choice = (sign) => sign.querySelector("input[type=radio]:checked")?.value || "";
  const paint = (sign) => {
    const chosen = choice(sign);
    const state = chosen === "not_personal" ? " is-off" : chosen ? "" : " is-open";
    sign.querySelector(".pin-n").className = `pin-n${state}`;
    const mark = form.querySelector(`[data-of="${sign.dataset.sign}"]`);
    if (!mark) return;
    mark.querySelector(".pin")?.setAttribute("class", `pin${state}`);
    for (const rect of mark.querySelectorAll("rect")) {
      rect.setAttribute("class", chosen === "masked" ? "burn" : chosen ? "hit is-off" : "hit");
    }
  };
  const rest = form.querySelector("[data-mask-rest]");
  const count = () => {
    const left = signs.filter((sign) => !choice(sign)).length;
    const done = signs.length - left;
    document.querySelector("[data-tally] span").textContent = `${many(done, "décision")} sur ${signs.length}`;
    form.querySelector("[data-left]").textContent = left ? `Encore ${many(left, "décision")}.` : "";
    rest.hidden = left < 2;
  };
  const point = (sign) => {
    for (const other of signs) other.classList.toggle("is-current", other === sign);
    for (const mark of form.querySelectorAll("[data-of]")) {
      for (const rect of mark.querySelectorAll(".hit")) rect.classList.toggle("is-current", mark.dataset.of === sign?.dataset.sign);
    }
  };
  form.addEventListener("change", (event) => {
    const sign = event.target.type === "radio" && event.target.closest("[data-sign]");
    if (!sign) return;
    paint(sign);
    point(sign);
    count();
  });
  rest.addEventListener("click", () => {
    const open = signs.filter((sign) => !choice(sign));
    for (const sign of open) { sign.querySelector("input[value=masked]").checked = true; paint(sign); }
    say(`${many(open.length, "repérage")} à masquer.`);
    form.querySelector("[type=submit]").focus();
    count();
  });
  form.addEventListener("focusin", (event) => { const sign = event.target.closest("[data-sign]"); if (sign) point(sign); });
  form.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-of]");
    if (!mark) return;
    event.preventDefault();
    const sign = signs.find((other) => other.dataset.sign === mark.dataset.of);
    (sign.querySelector("input:checked") || sign.querySelector("input")).focus();
    sign.scrollIntoView({ block: "nearest" });
  });
  signs.forEach(paint);
  count();

  /* Les cadres de la personne. Chacun : une page, quatre côtés en parts de la page, un champ caché. */
  const list = form.querySelector("[data-boxes]");
  const leaves = [...form.querySelectorAll("[data-page]")];
  const boxes = [];
  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
  const percent = (share) => `${(100 * share).toFixed(3)}%`;
  const name = (box) => `Cadre ${boxes.indexOf(box) + 1}, page ${box.page}`;

  const show = (box) => {
    const { left, top, right, bottom } = box;
    box.rect.setAttribute("x", percent(left));
    box.rect.setAttribute("y", percent(top));
    box.rect.setAttribute("width", percent(right - left));
    box.rect.setAttribute("height", percent(bottom - top));
    box.input.value = `${box.page}:${[left, top, right, bottom].map((side) => side.toFixed(5)).join(",")}`;
  };
  const rename = () => {
    for (const box of boxes) {
      box.rect.setAttribute("aria-label", name(box));
      box.item.querySelector("[data-name]").textContent = name(box);
      box.item.querySelector("[data-drop]").setAttribute("aria-label", `Retirer le cadre ${boxes.indexOf(box) + 1}`);
    }
    form.querySelector("[data-none]").hidden = boxes.length > 0;
  };
  const where = ({ left, top, right, bottom }) =>
    `à ${Math.round(100 * left)} % du bord gauche et ${Math.round(100 * top)} % du haut, ${Math.round(100 * (right - left))} % de large, ${Math.round(100 * (bottom - top))} % de haut`;

  const remove = (box) => {
    const next = boxes[boxes.indexOf(box) + 1] || boxes[boxes.indexOf(box) - 1];
    say(`${name(box)}, retiré.`);
    boxes.splice(boxes.indexOf(box), 1);
    for (const part of [box.rect, box.input, box.item]) part.remove();
    rename();
    (next ? next.item.querySelector("[data-drop]") : form.querySelector("[data-add]")).focus();
  };
  const make = (page, sides) => {
    const box = { page, ...sides };
    box.rect = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ class: "burn is-own", tabindex: "0", role: "application", "aria-roledescription": "cadre à masquer", "aria-describedby": "aide-cadres" })) box.rect.setAttribute(key, value);
    box.input = Object.assign(document.createElement("input"), { type: "hidden", name: "box" });
    box.item = document.createElement("li");
    const see = Object.assign(document.createElement("button"), { type: "button", className: "link" });
    see.dataset.name = "";
    see.addEventListener("click", () => box.rect.focus());
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet btn-sm", textContent: "Retirer" });
    drop.dataset.drop = "";
    drop.addEventListener("click", () => remove(box));
    box.item.append(see, drop);
    leaves.find((leaf) => Number(leaf.dataset.page) === page).querySelector(".leaf").append(box.rect);
    form.append(box.input);
    list.append(box.item);
    boxes.push(box);
    box.rect.addEventListener("keydown", (event) => press(event, box));
    show(box);
    rename();
    return box;
  };

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const press = (event, box) => {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      remove(box);
      return;
    }
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const [across, down] = arrow.map((side) => side * STEP);
    if (event.shiftKey) {
      box.right = clamp(box.right + across, box.left + SMALLEST, 1);
      box.bottom = clamp(box.bottom + down, box.top + SMALLEST, 1);
    } else {
      const dx = clamp(across, -box.left, 1 - box.right);
      const dy = clamp(down, -box.top, 1 - box.bottom);
      Object.assign(box, { left: box.left + dx, right: box.right + dx, top: box.top + dy, bottom: box.bottom + dy });
    }
    show(box);
    say(`${name(box)} : ${where(box)}`);
  };

  /* Ajouter au clavier : au milieu de la page que l’on voit. */
  const seen = () => {
    const height = window.innerHeight / 2;
    const far = (leaf) => { const { top, bottom } = leaf.getBoundingClientRect(); return Math.max(top - height, height - bottom, 0); };
    return leaves.reduce((best, leaf) => (far(leaf) < far(best) ? leaf : best));
  };
  form.querySelector("[data-add]").addEventListener("click", () => {
    const leaf = seen();
    const frame = leaf.getBoundingClientRect();
    const top = clamp((window.innerHeight / 2 - frame.top) / frame.height, 0.02, 0.95);
    const box = make(Number(leaf.dataset.page), { left: 0.4, top, right: 0.6, bottom: top + 0.03 });
    box.rect.focus();
    say(`${name(box)}, ajouté : ${where(box)}. Flèches pour déplacer, Maj et flèches pour agrandir, Suppr pour retirer.`);
  });

  /* Tracer : un doigt ou une souris ; la page ne défile pas pendant ce temps. */
  const pen = form.querySelector("[data-draw]");
  const drawing = () => pen.getAttribute("aria-pressed") === "true";
  pen.addEventListener("click", () => {
    const on = !drawing();
    pen.setAttribute("aria-pressed", String(on));
    form.classList.toggle("is-drawing", on);
    say(on ? "Tracez un cadre sur la page." : "Tracé terminé.");
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape" && drawing()) pen.click(); });
  for (const leaf of leaves) {
    const place = (event) => {
      const frame = leaf.getBoundingClientRect();
      return [clamp((event.clientX - frame.left) / frame.width, 0, 1), clamp((event.clientY - frame.top) / frame.height, 0, 1)];
    };
    leaf.addEventListener("pointerdown", (event) => {
      if (!drawing() || event.button) return;
      event.preventDefault();
      leaf.setPointerCapture(event.pointerId);
      const [x, y] = place(event);
      const box = make(Number(leaf.dataset.page), { left: x, top: y, right: x, bottom: y });
      const move = (next) => {
        const [u, v] = place(next);
        Object.assign(box, { left: Math.min(x, u), top: Math.min(y, v), right: Math.max(x, u), bottom: Math.max(y, v) });
        show(box);
      };
      const end = (last) => {
        leaf.removeEventListener("pointermove", move);
        leaf.removeEventListener("pointerup", end);
        leaf.removeEventListener("pointercancel", end);
        if (last.type === "pointercancel" || box.right - box.left < SMALLEST || box.bottom - box.top < SMALLEST) remove(box);
        else say(`${name(box)}, tracé : ${where(box)}`);
      };
      leaf.addEventListener("pointermove", move);
      leaf.addEventListener("pointerup", end);
      leaf.addEventListener("pointercancel", end);
    });
  }

  /* Un envoi refusé revient avec ses cadres. */
  for (const former of form.querySelectorAll("[data-sent]")) {
    const [page, sides] = former.value.split(":");
    const [left, top, right, bottom] = (sides || "").split(",").map(Number);
    former.remove();
    if (leaves.some((leaf) => leaf.dataset.page === page) && [left, top, right, bottom].every(Number.isFinite)) make(Number(page), { left, top, right, bottom });
  }
})();
