"""What people may not have of feeds, templates and posts, each with its sentence."""

from __future__ import annotations

from campaigns.foundation.errors import Refusal


class NetworkNotOffered(Refusal):
    code = "network_not_offered"
    sentence = "This installation does not publish to {network}."


class FeedNotReached(Refusal):
    code = "feed_not_reached"
    sentence = "The server does not answer now. Nothing was connected; try again in a few minutes."


class FeedCredentialRefused(Refusal):
    code = "feed_credential_refused"
    sentence = "The server refused this sign-in. Check the handle and the password or token, then try again."


class FeedAddressRefused(Refusal):
    code = "feed_address_refused"
    sentence = "We cannot connect to this address. It must be a public https address of such a server."


class FeedNotConnected(Refusal):
    code = "feed_not_connected"
    sentence = "This account is not connected. Connect it again first."


class TemplateNotDraft(Refusal):
    code = "template_not_draft"
    sentence = "Only a draft can be approved. This one is {state}."


class TemplateChangedMeanwhile(Refusal):
    code = "template_changed_meanwhile"
    sentence = "Somebody changed this text while you were reading. Read it again."


class PostNotDraft(Refusal):
    code = "post_not_draft"
    sentence = "Only a draft can be approved or changed. This post is {state}."


class PostNotWaiting(Refusal):
    code = "post_not_waiting"
    sentence = "Only a draft or a waiting post can be dropped. This one is {state}."


class PostNotFailed(Refusal):
    code = "post_not_failed"
    sentence = "Only a failed post can be tried again. This one is {state}."


class PostNotPublished(Refusal):
    code = "post_not_published"
    sentence = "Only a published post can be taken down. This one is {state}."


class AnsweredAlready(Refusal):
    code = "answered_already"
    sentence = "There is an answer to this already. Look at it under posts."
