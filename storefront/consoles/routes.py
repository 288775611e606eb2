"""Every route of the consoles, in one tuple."""

from __future__ import annotations

from storefront.consoles.acts import ACTS
from storefront.consoles.announcements import ANNOUNCEMENTS
from storefront.consoles.campaign_report import REPORT
from storefront.consoles.campaigns import CAMPAIGNS
from storefront.consoles.check_in_offers import CHECK_IN_OFFERS
from storefront.consoles.check_ins import CHECK_INS
from storefront.consoles.contacts import CONTACTS
from storefront.consoles.deal import CONSOLE_DEAL
from storefront.consoles.deals_list import DEALS_LIST
from storefront.consoles.desk import DESK
from storefront.consoles.editor import EDITOR
from storefront.consoles.feeds import FEEDS
from storefront.consoles.launch import LAUNCH
from storefront.consoles.links import LINKS
from storefront.consoles.mention_acts import MENTION_ACTS
from storefront.consoles.mentions import MENTIONS
from storefront.consoles.operator import OPERATOR_PAGES
from storefront.consoles.order import CONSOLE_ORDER
from storefront.consoles.posts import POSTS
from storefront.consoles.sales import SALES
from storefront.consoles.submit import SUBMIT
from storefront.consoles.till import TILL
from storefront.consoles.venues import VENUES

CONSOLES = (
    *DEALS_LIST,
    *EDITOR,
    *SUBMIT,
    *CONSOLE_DEAL,
    *CONSOLE_ORDER,
    *LINKS,
    *ACTS,
    *DESK,
    *TILL,
    *VENUES,
    *CHECK_INS,
    *CHECK_IN_OFFERS,
    *FEEDS,
    *ANNOUNCEMENTS,
    *POSTS,
    *CAMPAIGNS,
    *LAUNCH,
    *REPORT,
    *CONTACTS,
    *SALES,
    *MENTIONS,
    *MENTION_ACTS,
    *OPERATOR_PAGES,
)
