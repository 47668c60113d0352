// Shows the document that is beside this page; nothing is asked of another host.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function follow() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

follow();
dark.addEventListener("change", follow);

window.ui = window.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  withCredentials: false,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
