// Starts the page. A file of its own, because the content security policy
// allows no inline script. The two links that it reads are written at build
// time, since their file names carry a content hash.

const boot = document.getElementById("boot");

function fail(sentence, error) {
  console.error(error);
  const text = document.createElement("p");
  text.className = "boot-text";
  text.setAttribute("role", "alert");
  text.textContent = sentence;
  const detail = document.createElement("p");
  detail.className = "boot-detail";
  detail.textContent = String(error);
  if (boot) {
    boot.dataset.state = "failed";
    boot.replaceChildren(text, detail);
    if (!boot.isConnected) document.body.prepend(boot);
  }
}

function built(selector) {
  const link = document.querySelector(selector);
  if (!link) throw new Error(`index.html names no ${selector}`);
  return link.href;
}

async function start() {
  if (typeof WebAssembly !== "object") {
    fail(
      "Parlor cannot start: this browser has no WebAssembly, or it is switched off. A current browser with its default settings will do.",
      new Error("WebAssembly is not available"),
    );
    return;
  }
  try {
    const glue = await import(built('link[rel="modulepreload"]'));
    await glue.default({ module_or_path: built('link[rel="preload"][as="fetch"]') });
    boot?.remove();
  } catch (error) {
    fail(
      "Parlor could not start. Reload the page; if that does not help, the files on the server are incomplete or of different versions.",
      error,
    );
  }
}

start();
