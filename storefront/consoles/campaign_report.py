"""A campaign's report: words first, then figures, charts, tables and files (R85, R86, R87)."""

from __future__ import annotations

import json
from functools import partial

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from campaigns.foundation.errors import NotFound
from campaigns.foundation.money import Money
from campaigns.lift.report import CampaignReport, report_of
from campaigns.people.rules import may
from storefront.consoles.access import console_links, go
from storefront.consoles.csv_text import csv_answer, csv_text
from storefront.consoles.opened_campaign import OpenedCampaign, open_campaign
from storefront.consoles.report_view import few, link_words, source_words, view_of
from storefront.formats import format_money
from storefront.pages.render import page
from storefront.report_tables import TABLES, as_json
from storefront.site import AnyRequest, site_of


@get("/console/campaigns/{campaign_id:str}", include_in_schema=False)
async def report_page(
    request: AnyRequest, campaign_id: FromPath[str], done: FromQuery[str] = ""
) -> Response[str]:
    """A draft has nothing to report: it is shown where it is written. `done` says what was just carried out."""
    opened = await open_campaign(request, campaign_id, "see_reports")
    if opened.campaign.state == "draft":
        return go(f"{opened.address}/edit")
    report = await _report(request, opened)
    return await page(
        request,
        "consoles/report.html",
        opened=opened,
        campaign=opened.campaign,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        report=report,
        view=view_of(report),
        source_words=source_words,
        link_words=partial(link_words, report),
        minor=lambda amount: format_money(Money(amount, report.currency)),
        few=few,
        tables=tuple(TABLES),
        writes=may(opened.actor, "write_campaign", opened.merchant.id),
        done=done,
    )


@get("/console/campaigns/{campaign_id:str}/tables/{table:str}", include_in_schema=False)
async def report_table(
    request: AnyRequest, campaign_id: FromPath[str], table: FromPath[str]
) -> Response[str]:
    """One table as CSV, `funnel.csv`; figures of fewer than ten people are empty or together."""
    opened = await open_campaign(request, campaign_id, "see_reports")
    name = table.removesuffix(".csv")
    if name not in TABLES or table == name:
        raise NotFound(what="table")
    head, rows = TABLES[name](await _report(request, opened))
    return csv_answer(f"{opened.campaign.slug}-{name}.csv", csv_text(head, rows))


@get("/console/campaigns/{campaign_id:str}/report.json", include_in_schema=False)
async def report_file(request: AnyRequest, campaign_id: FromPath[str]) -> Response[str]:
    """The JSON twin of the page: every table, method, parameter, seed and group."""
    opened = await open_campaign(request, campaign_id, "see_reports")
    text = json.dumps(as_json(await _report(request, opened)), indent=1, ensure_ascii=False, allow_nan=False)
    name = f'attachment; filename="{opened.campaign.slug}.json"'
    headers = {"content-disposition": name, "cache-control": "no-store"}
    return Response(text, media_type="application/json", headers=headers)


async def _report(request: AnyRequest, opened: OpenedCampaign) -> CampaignReport:
    async with site_of(request).store.read() as unit:
        return await report_of(unit, opened.campaign, opened.merchant, opened.now)


REPORT = (report_page, report_table, report_file)
