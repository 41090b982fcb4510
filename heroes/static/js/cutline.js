// Moving the line on the picture of places, before anything is drawn anew.
//   <figure data-cutline="id of the number's field" data-first data-last> holds the line (g[data-cut]), the rows
//   (g[data-row] with data-name), a slider (input[data-cut-slider], hidden without this module) and a sentence
//   (data-cut-said). The slider takes arrows, Home and End; the line itself can be dragged; Enter draws it.

function listed(names) {
  const few = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return few.length < 2 ? few.join("") : `${few.slice(0, -1).join(", ")} and ${few.at(-1)}`;
}

// Who changes sides if the line after `before` places came after `now` places instead.
export function moving(rows, before, now) {
  const between = rows.filter(({ place }) => place > Math.min(before, now) && place <= Math.max(before, now));
  const names = between.map(({ name }) => name);
  if (!names.length) return now === before ? "This is where the line is." : "Nobody changes sides.";
  const verb = now > before ? ["comes", "come"] : ["drops", "drop"];
  return `${listed(names)} ${names.length === 1 ? verb[0] : verb[1]} ${now > before ? "in" : "out"}.`;
}

function bind(figure) {
  const field = document.getElementById(figure.dataset.cutline);
  const slider = figure.querySelector("[data-cut-slider]");
  const group = figure.querySelector("[data-cut]");
  const picture = group?.ownerSVGElement;
  if (!field || !slider || !group) return;
  const said = figure.querySelector("[data-cut-said]");
  const first = Number(figure.dataset.first);
  const last = Number(figure.dataset.last);
  const before = Number(slider.value);
  const rows = [...figure.querySelectorAll("[data-row]")].map((row) => ({
    place: Number(row.dataset.row),
    name: row.dataset.name,
    row,
  }));

  function show(places) {
    const now = Math.max(1, Math.min(last, places));
    const at = `${((now + 1 - first) * 100) / (last - first + 1)}%`;
    const line = group.querySelector("line");
    line.setAttribute("x1", at);
    line.setAttribute("x2", at);
    const text = group.querySelector("text");
    text.setAttribute("x", at);
    text.textContent = `${now} place${now === 1 ? "" : "s"}`;
    slider.value = String(now);
    field.value = String(now);
    rows.forEach(({ place, row }) => row.classList.toggle("moving", place > Math.min(before, now) && place <= Math.max(before, now)));
    const sentence = moving(rows, before, now);
    slider.setAttribute("aria-valuetext", `${text.textContent}. ${sentence}`);
    said.textContent = now === before ? sentence : `After ${text.textContent}: ${sentence} Press Enter, or “Draw the line”, to see how sure that is.`;
  }

  slider.hidden = false;
  slider.addEventListener("input", () => show(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(before);
    if (event.key === "Enter") field.form.requestSubmit();
  });
  group.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    group.setPointerCapture(event.pointerId);
  });
  group.addEventListener("pointermove", (event) => {
    if (!group.hasPointerCapture(event.pointerId)) return;
    const box = picture.getBoundingClientRect();
    show(first - 1 + Math.round(((event.clientX - box.left) / box.width) * (last - first + 1)));
  });
  picture.classList.add("draggable");
  window.addEventListener("pageshow", () => show(before));
}

document.querySelectorAll("[data-cutline]").forEach(bind);
