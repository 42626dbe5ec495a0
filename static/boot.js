// Starts the page's program, or says readably why it cannot.
const place = document.getElementById("boot");
const say = (text) => {
  place.textContent = text;
  place.setAttribute("role", "alert");
};

if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
  say("This browser cannot run the lab: it lacks WebAssembly or workers. A current Firefox, Chrome, Edge or Safari can.");
} else {
  try {
    const { default: start } = await import("../pkg/app.js");
    await start({ module_or_path: new URL("../pkg/app_bg.wasm", import.meta.url) });
  } catch (error) {
    const lacking = error instanceof WebAssembly.CompileError;
    say(
      lacking
        ? "This browser cannot run the lab: its WebAssembly is too old. A current Firefox, Chrome, Edge or Safari can."
        : `The lab could not be loaded (${error?.message ?? error}). Check the connection and load the page again.`,
    );
  }
}
