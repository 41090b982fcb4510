// The sum of a scorecard's weights, kept right while somebody types.
//   <form data-weights> holds rows (data-weight-row), each with an input whose name ends in -weight and a checkbox
//   (data-weight-apart) that takes it out, and the line that says the sum (data-weight-line).
// In whole ten-thousandths, because 33.3 and 66.7 make exactly 100.

const UNIT = 10000;
const NUMBER = /^\d{1,6}(\.\d{1,4})?$/;

function plain(units) {
  return String(units / UNIT);
}

export function sayWeights(texts) {
  const given = texts.map((text) => text.trim()).filter(Boolean);
  if (given.some((text) => !NUMBER.test(text))) return "–";
  const sum = given.reduce((all, text) => all + Math.round(Number(text) * UNIT), 0);
  const rest = 100 * UNIT - sum;
  if (rest === 0) return "100 of 100";
  return `${plain(sum)} of 100, ${rest > 0 ? `${plain(rest)} to go` : `${plain(-rest)} too many`}`;
}

function bind(form) {
  const line = form.querySelector("[data-weight-line]");
  const rows = [...form.querySelectorAll("[data-weight-row]")];

  function update() {
    const counting = rows.filter((row) => !row.querySelector("[data-weight-apart]").checked);
    line.textContent = sayWeights(counting.map((row) => row.querySelector("input[name$='-weight']").value));
  }

  form.addEventListener("input", update);
  window.addEventListener("pageshow", update);
}

document.querySelectorAll("form[data-weights]").forEach(bind);
