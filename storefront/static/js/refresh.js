// Fetches this page again and takes over every element marked data-refresh, so no address has two shapes (U35).
export async function refresh({ within = 0 } = {}) {
  // A random wait spreads the visitors of a deal that closes for all of them at once.
  await new Promise((go) => setTimeout(go, 500 + Math.random() * within));
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-refresh]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) old.replaceWith(document.adoptNode(fresh));
    else old.remove();
  }
}
