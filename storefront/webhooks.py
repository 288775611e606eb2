"""Notices from the payment processor: verified, stored under their own id, answered at once (S26, F11, F14).

What they mean is found out later by a worker, which asks the processor itself.
"""

from __future__ import annotations

from litestar import Response, post

from campaigns.foundation.notices import receive
from storefront.security.csrf import EXEMPT
from storefront.security.sizes import WEBHOOK_BYTES
from storefront.site import AnyRequest, site_of

_SIGNATURE = "stripe-signature"


# Its sender has no session to forge a request with: the signature over the raw bytes says who it is.
@post(
    "/webhooks/stripe",
    include_in_schema=False,
    status_code=200,
    request_max_body_size=WEBHOOK_BYTES,
    opt={EXEMPT: True},
)
async def take_notice(request: AnyRequest) -> Response[str]:
    """200 also for a notice known already. Raises NoticeForged (401) and NoticeMalformed (400)."""
    site = site_of(request)
    body, signature = await request.body(), request.headers.get(_SIGNATURE, "")
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
    notice = site.processor.read_notice(body, signature, now=now)
    async with site.store.begin() as unit:
        await receive(unit, notice, now)
    return Response("", status_code=200, media_type="text/plain", headers={"cache-control": "no-store"})


WEBHOOKS = (take_notice,)
