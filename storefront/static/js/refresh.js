// Fetches this page again and takes over the elements marked data-refresh, so no address has two shapes (U35).
// "live" marks figures, "state" what changes only with the deal's phase; without `what` both are taken.
export async function refresh({ what, within = 0 } = {}) {
  // A random wait spreads the visitors of a deal that closes for all of them at once.
  await new Promise((go) => setTimeout(go, 500 + Math.random() * within));
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll(what ? `[data-refresh="${what}"]` : "[data-refresh]")) {
    const fresh = page.getElementById(old.id);
    // What is the same stays, and with it the focus.
    if (fresh?.isEqualNode(old)) continue;
    if (fresh) old.replaceWith(document.adoptNode(fresh));
    else old.remove();
  }
  document.dispatchEvent(new Event("page:refreshed"));
}
