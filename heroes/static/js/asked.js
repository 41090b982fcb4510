// Questions that are asked only after some answer to an earlier one come and go with that answer.
//   <div data-asked="KEY" data-asked-if="EARLIER KEY" data-asked-is='["yes"]'>   one such question
//   <section data-asked-part>   goes while every question in it is away
//   <span data-only-if>   says when, and goes: who has this module sees it happen
// What is away keeps what was typed, and is sent along: the server knows by itself what is asked.

function chosen(form, key) {
  return [...form.elements].filter((e) => e.name === key && e.checked).map((e) => e.value);
}

function bind(form) {
  const questions = [...form.querySelectorAll("[data-asked-if]")];
  const parts = [...form.querySelectorAll("[data-asked-part]")];
  if (!questions.length) return;
  form.querySelectorAll("[data-only-if]").forEach((words) => {
    const line = words.parentElement;
    (line.textContent.trim() === words.textContent.trim() ? line : words).hidden = true;
  });

  function update() {
    const away = new Set();
    // In the order of the page, so that what hangs on a question that is away goes with it.
    questions.forEach((question) => {
      const { asked, askedIf, askedIs } = question.dataset;
      const values = JSON.parse(askedIs);
      const met = !away.has(askedIf) && chosen(form, askedIf).some((value) => values.includes(value));
      if (!met) away.add(asked);
      // An error must be seen wherever it stands.
      question.hidden = !met && !question.querySelector(".bad");
    });
    parts.forEach((part) => {
      part.hidden = [...part.querySelectorAll("[data-asked-if]")].every((question) => question.hidden);
    });
  }

  form.addEventListener("change", update);
  window.addEventListener("pageshow", update);
  update();
}

document.querySelectorAll("form").forEach(bind);
