// Takes the reader to what needs attention: the summary has the focus when the page opens, and its links lead to the
// control with its label and error in sight.

const summary = document.querySelector("[data-errors]");

function follow(event) {
  const link = event.target.closest("a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  control.focus({ preventScroll: true });
  (control.closest(".field, .crit") ?? control).scrollIntoView({ block: "start" });
}

if (summary) {
  summary.addEventListener("click", follow);
  summary.focus();
}
