// Saves a form by itself: a few seconds after a change, and when the page is left or covered.
//   <form data-autosave data-saved-line="ID">   posts to data-autosave, or to the form's own action if that is empty
// The answer is JSON: {"saved_at_text": "Saved 14:05", "revision": 7}; a refusal may carry {"sentence": "…"}.
// The hidden field called "revision" follows, so that the next save, or the button, builds on this one. A first save
// may also answer with "action", where the form goes from now on, and "address", where this page lives from now on.
// Whatever goes wrong, what was typed stays where it is.

const QUIET = 3000; // after the last key
const LONGEST = 15000; // while somebody types without a pause
const RETRY_FROM = 5000;
const RETRY_TO = 60000;
const KEEPALIVE_LIMIT = 60000; // browsers refuse more than 64 KiB from a page that is going away

const SENTENCES = {
  conflict:
    "Not saved: this was changed in another window. What you typed is still here. Copy it before you open the page again.",
  signedOut:
    "Not saved: you are signed out. What you typed is still here. Sign in again in another window, then go on typing.",
  tooLong: "Not saved: this is longer than we can take. What you typed is still here. Make it shorter, then go on.",
  refused: "Not saved yet. What you typed is still here. Press the button below to see what is missing.",
  network: "Not saved: no connection just now. What you typed is still here, and we keep trying.",
};

function sentenceFor(status) {
  if (status === 409) return SENTENCES.conflict;
  if (status === 401 || status === 403) return SENTENCES.signedOut;
  if (status === 413) return SENTENCES.tooLong;
  if (status === 429 || status >= 500) return SENTENCES.network;
  return SENTENCES.refused;
}

function bind(form) {
  const line = document.getElementById(form.dataset.savedLine);
  const words = line?.querySelector("[data-saved-text]");
  let dirty = false; // changed since the last save began
  let saving = null; // the save on its way
  let troubled = false; // the last save failed
  let stopped = false; // somebody else changed it: saving on would overwrite them
  let leaving = false; // the form itself is on its way
  let since = 0;
  let timer;
  let wait = RETRY_FROM;

  function say(text, bad) {
    troubled = bad;
    if (!line || words.textContent === text) return;
    words.textContent = text;
    line.classList.toggle("bad", bad);
    line.classList.remove("empty");
  }

  function later(delay) {
    clearTimeout(timer);
    if (!stopped && !leaving) timer = setTimeout(save, delay);
  }

  async function read(response) {
    const type = response.headers.get("Content-Type") || "";
    return type.startsWith("application/json") ? response.json() : {};
  }

  function accept(answer) {
    const revision = form.elements.namedItem("revision");
    if (revision && answer.revision !== undefined) revision.value = answer.revision;
    if (answer.action) {
      form.setAttribute("action", answer.action);
      form.dataset.autosave = "";
    }
    if (answer.address) history.replaceState(history.state, "", answer.address);
    wait = RETRY_FROM;
    say(answer.saved_at_text || "Saved", false);
  }

  function refuse(status, answer) {
    dirty = true;
    say(answer.sentence || sentenceFor(status), true);
    if (status === 409) stopped = true;
    if (status === 429 || status >= 500) retry();
  }

  function retry() {
    later(wait);
    wait = Math.min(wait * 2, RETRY_TO);
  }

  async function send(last) {
    const body = new URLSearchParams(new FormData(form));
    dirty = false;
    since = 0;
    try {
      const response = await fetch(form.dataset.autosave || form.getAttribute("action") || location.href, {
        method: "POST",
        body,
        headers: { "X-Requested-With": "autosave", Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: last && body.toString().length < KEEPALIVE_LIMIT,
      });
      // A redirect can only lead to the door: somebody signed out elsewhere.
      if (response.type === "opaqueredirect") refuse(401, {});
      else if (response.ok) accept(await read(response));
      else refuse(response.status, await read(response));
    } catch {
      dirty = true;
      say(SENTENCES.network, true);
      retry();
    }
  }

  async function save(last = false) {
    clearTimeout(timer);
    if (!dirty || saving || stopped || leaving) return;
    saving = send(last === true);
    await saving;
    saving = null;
    if (dirty && !troubled) later(QUIET);
  }

  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-autosave-ignore]")) return;
    dirty = true;
    since ||= Date.now();
    later(Math.max(0, Math.min(QUIET, since + LONGEST - Date.now())));
  });

  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return;
    clearTimeout(timer);
    if (!saving) {
      leaving = true;
      return;
    }
    // The save on its way raises the revision; the form must carry the new one, or it would lose against itself.
    event.preventDefault();
    const submitter = event.submitter;
    await saving;
    form.requestSubmit(submitter);
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save(true);
  });
  window.addEventListener("pagehide", () => save(true));
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  window.addEventListener("online", () => save());
  window.addEventListener("beforeunload", (event) => {
    if (troubled && dirty && !leaving) event.preventDefault();
  });
}

document.querySelectorAll("form[data-autosave]").forEach(bind);
