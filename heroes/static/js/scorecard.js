// A scorecard by keyboard, with a running total.
//   <form data-scorecard> holds fieldsets with data-criterion, data-weight, data-low and data-high, as kit/forms.html
//   draws them, a total (data-total), the key list (data-keys) and a comment (data-comment).
// 0 to 9 mark the current criterion, T is ten, J and K move, C goes to the comment, Ctrl+Enter submits.

const REMEMBER = "heroes.keys";

function numberOf(input) {
  return input && input.value.trim() !== "" ? Number(input.value) : null;
}

function markOf(criterion) {
  const typed = criterion.querySelector("input[type=number]");
  return numberOf(typed ?? criterion.querySelector("input[type=radio]:checked"));
}

// Points out of 100 over the criteria that have a mark: a missing mark is missing, not zero.
export function totals(rows) {
  // What has no weight stands apart from the total.
  const counting = rows.filter((row) => row.weight > 0);
  const weights = counting.reduce((sum, row) => sum + row.weight, 0) || 1;
  const marked = counting.filter((row) => row.mark !== null);
  const share = (row) => (row.mark - row.low) / (row.high - row.low);
  return {
    got: marked.reduce((sum, row) => sum + row.weight * share(row) * 100, 0) / weights,
    of: (marked.reduce((sum, row) => sum + row.weight, 0) * 100) / weights,
    done: marked.length,
  };
}

// Half up, like the server: the small push mends what binary fractions lose.
export function oneDecimal(points) {
  return Math.round(points * 10 + 1e-9) / 10;
}

function recall() {
  try {
    return localStorage.getItem(REMEMBER) !== "off";
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(REMEMBER, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing still has its keys for this page.
  }
}

function bind(form) {
  const criteria = [...form.querySelectorAll("[data-criterion]")];
  const comment = form.querySelector("[data-comment] textarea, textarea[data-comment]");
  const total = form.querySelector("[data-total]");
  const switcher = form.querySelector("[data-keys-on]");
  let current = 0;

  // A reason is asked for at either end of a scale; one that was written stays in sight.
  function showReason(criterion) {
    const reason = criterion.querySelector("[data-note]");
    if (!reason) return;
    const mark = markOf(criterion);
    const atEnd = mark !== null && [criterion.dataset.low, criterion.dataset.high].some((end) => Number(end) === mark);
    reason.hidden = !atEnd && !reason.querySelector("textarea").value && !reason.querySelector(".field-error");
  }

  function showTotal() {
    criteria.forEach((criterion) => {
      criterion.classList.toggle("open", markOf(criterion) === null);
      showReason(criterion);
    });
    if (!total) return;
    const { got, of, done } = totals(
      criteria.map((criterion) => ({
        mark: markOf(criterion),
        weight: Number(criterion.dataset.weight),
        low: Number(criterion.dataset.low),
        high: Number(criterion.dataset.high),
      })),
    );
    total.querySelector("[data-total-got]").textContent = done ? oneDecimal(got).toFixed(1) : "–";
    total.querySelector("[data-total-of]").textContent = oneDecimal(of);
    total.querySelector("[data-total-done]").textContent = done;
    total.querySelector(".bar rect").setAttribute("width", `${Math.max(0, Math.min(got, 100)).toFixed(1)}%`);
  }

  function here(index) {
    current = index;
    criteria.forEach((criterion, n) => criterion.classList.toggle("here", n === index));
  }

  function go(index) {
    here(Math.max(0, Math.min(index, criteria.length - 1)));
    const criterion = criteria[current];
    (criterion.querySelector("input:checked") ?? criterion.querySelector("input")).focus();
    criterion.scrollIntoView({ block: "nearest" });
  }

  function press(value) {
    const radios = [...criteria[current].querySelectorAll("input[type=radio]")];
    const wanted = radios.find((radio) => numberOf(radio) === value);
    if (!wanted) return false;
    wanted.checked = true;
    wanted.focus();
    wanted.dispatchEvent(new Event("input", { bubbles: true }));
    wanted.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  function write() {
    if (!comment) return;
    comment.focus();
    comment.setSelectionRange(comment.value.length, comment.value.length);
  }

  function submit() {
    const next = total?.querySelector("button[type=submit]") ?? form.querySelector("button[type=submit]");
    form.requestSubmit(next);
  }

  const acts = {
    j: () => go(criteria[current].classList.contains("here") ? current + 1 : current),
    k: () => go(current - 1),
    c: write,
    t: () => press(10),
  };

  function onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
      return;
    }
    const writing = event.target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");
    if (event.key === "Escape" && writing === comment && comment) {
      go(current);
      return;
    }
    if (writing || event.ctrlKey || event.metaKey || event.altKey || (switcher && !switcher.checked)) return;
    const key = event.key.toLowerCase();
    if (/^[0-9]$/.test(key)) {
      if (press(Number(key))) event.preventDefault();
    } else if (Object.hasOwn(acts, key)) {
      event.preventDefault();
      acts[key]();
    }
  }

  form.addEventListener("input", showTotal);
  form.addEventListener("change", showTotal);
  form.addEventListener("focusin", (event) => {
    const index = criteria.indexOf(event.target.closest("[data-criterion]"));
    if (index >= 0) here(index);
  });
  document.addEventListener("keydown", onKey);
  window.addEventListener("pageshow", showTotal);
  if (switcher) {
    switcher.checked = recall();
    switcher.addEventListener("change", () => remember(switcher.checked));
    form.querySelector("[data-keys]").hidden = false;
  }
  current = Math.max(0, criteria.findIndex((criterion) => markOf(criterion) === null));
  showTotal();
}

document.querySelectorAll("form[data-scorecard]").forEach(bind);
