// The API's reference, drawn from the OpenAPI document by a classic script that was loaded before this one.
const root = document.documentElement;
const place = document.querySelector("[data-document]");

function darken() {
  const dark = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.classList.toggle("dark-mode", dark === "dark");
}

darken();
new MutationObserver(darken).observe(root, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", darken);

// The list that was here for whoever has no script gives way. No badge is fetched from elsewhere.
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: false,
});
