// Word counts while typing. A counter names its control by data-words, its most words by data-limit or its fewest
// by data-least. The server counts by the same rule: whatever stands between white space is a word.

// Exactly what the server takes for white space; \s alone differs in five characters.
const SPACE = /[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
const PAUSE = 1200;

export function countWords(text) {
  return text.split(SPACE).filter(Boolean).length;
}

export function sayCount(n, limit, least) {
  if (limit !== null) {
    return `${n} of ${limit} words${n > limit ? `, ${n - limit} over` : ""}`;
  }
  return `${n.toLocaleString("en-GB")} word${n === 1 ? "" : "s"}${n < least ? `, ${least - n} more needed` : ""}`;
}

function numberOr(value, otherwise) {
  return value === undefined ? otherwise : Number(value);
}

function bind(counter) {
  const control = document.getElementById(counter.dataset.words);
  if (!control) return;
  const limit = numberOr(counter.dataset.limit, null);
  const least = numberOr(counter.dataset.least, 0);
  const text = counter.querySelector("[data-words-text]");
  const said = counter.querySelector("[data-words-said]");
  const bar = counter.querySelector(".bar");
  let waiting;

  function update() {
    const n = countWords(control.value);
    const over = limit !== null && n > limit;
    const most = limit ?? least;
    text.textContent = sayCount(n, limit, least);
    counter.classList.toggle("over", over);
    bar.classList.toggle("over", over);
    bar.classList.toggle("ok", !over);
    bar.firstElementChild.setAttribute("width", `${most ? Math.min((n * 100) / most, 100) : 0}%`);
    // A screen reader hears the count only near or over the limit, and only when the typing rests.
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      said.textContent = limit !== null && n >= limit * 0.9 ? text.textContent : "";
    }, PAUSE);
  }

  control.addEventListener("input", update);
  window.addEventListener("pageshow", update);
  update();
}

document.querySelectorAll("[data-words]").forEach(bind);
