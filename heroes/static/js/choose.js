// Choosing rows for a bulk act: one box for all of them (data-choose-all), how many (data-choose-count), and the
// chosen rows marked. Everything lives inside <form data-choosing>; the rows' boxes carry data-choose.

function bind(form) {
  const boxes = [...form.querySelectorAll("[data-choose]")];
  const all = form.querySelector("[data-choose-all]");
  const count = form.querySelector("[data-choose-count]");

  function update() {
    const chosen = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = `${chosen} chosen`;
    boxes.forEach((box) => box.closest("tr")?.classList.toggle("picked", box.checked));
    if (!all) return;
    all.checked = boxes.length > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      boxes.forEach((box) => {
        box.checked = all.checked;
      });
      update();
    });
  }
  form.addEventListener("change", update);
  window.addEventListener("pageshow", update);
  update();
}

document.querySelectorAll("form[data-choosing]").forEach(bind);
