// A colour is seen on the whole page while it is picked: its style sheet takes the place of the season's.
// <form data-look-form> holds the typed colour, <input type="color" data-look-pick> and a line data-look-said.

const READY = /^#?[0-9a-f]{6}$/i;

function bind(form) {
  const typed = form.elements.accent;
  const pick = form.querySelector("[data-look-pick]");
  const said = form.querySelector("[data-look-said]");
  let wanted = null;

  function show() {
    const colour = typed.value.trim();
    said.textContent = "";
    if (!READY.test(colour)) return;
    const bare = colour.replace("#", "").toLowerCase();
    pick.value = `#${bare}`;
    const sheet = document.createElement("link");
    wanted = sheet;
    sheet.rel = "stylesheet";
    sheet.href = `${form.dataset.lookForm}${bare}.css`;
    sheet.dataset.look = "";
    sheet.addEventListener("load", () => {
      if (sheet !== wanted) return sheet.remove();
      document.querySelectorAll("link[data-look]").forEach((other) => other !== sheet && other.remove());
    });
    sheet.addEventListener("error", () => {
      sheet.remove();
      if (sheet === wanted) said.textContent = said.dataset.unreadable;
    });
    document.head.append(sheet);
  }

  pick.hidden = false;
  pick.addEventListener("input", () => {
    typed.value = pick.value;
    show();
  });
  typed.addEventListener("input", show);
}

document.querySelectorAll("form[data-look-form]").forEach(bind);
