// Progress of something that the worker computes: asks the address in data-progress now and then, shows what it says,
// and opens the page anew once it is over. Without this module the page has a link for looking again.

const OFTEN = 1500;
const SELDOM = 15000;

function bind(panel) {
  const bar = panel.querySelector(".bar rect");
  const said = panel.querySelector("[data-progress-said]");
  let pause = OFTEN;

  async function look() {
    if (document.visibilityState === "visible") {
      try {
        const answer = await fetch(panel.dataset.progress, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const now = await answer.json();
        if (now.over) {
          window.location.reload();
          return;
        }
        if (said.textContent !== now.said) said.textContent = now.said;
        bar?.setAttribute("width", `${now.progress}%`);
      } catch {
        // No connection just now: the next look may have one.
      }
      pause = Math.min(pause * 1.3, SELDOM);
    }
    setTimeout(look, pause);
  }

  setTimeout(look, pause);
}

document.querySelectorAll("[data-progress]").forEach(bind);
