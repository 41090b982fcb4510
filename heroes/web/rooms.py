"""Every room of the web, gathered."""

from flask import Flask

from heroes.web.account import invitations, password, reminders, viewing
from heroes.web.account import pages as account
from heroes.web.admin import (
    advance,
    announce,
    audit,
    board_files,
    bulk,
    conflict,
    decide,
    entry,
    fairness,
    home,
    incoming,
    judging,
    leaderboard,
    mail,
    people,
    planner,
    queue,
    results,
    roles,
    slots,
    start,
    undertakings,
    view_as,
    wave,
    why,
)
from heroes.web.admin.blueprint import blueprint as admin
from heroes.web.builder import categories as builder_categories
from heroes.web.builder import check, form_preview, form_publish, form_questions, form_sections, timeline
from heroes.web.builder import forms as builder_forms
from heroes.web.builder import home as builder_home
from heroes.web.builder import invite as builder_invite
from heroes.web.builder import look as builder_look
from heroes.web.builder import panels as builder_panels
from heroes.web.builder import programme as builder_programme
from heroes.web.builder import round_copies as builder_round_copies
from heroes.web.builder import rounds as builder_rounds
from heroes.web.builder import scorecards as builder_scorecards
from heroes.web.builder.blueprint import blueprint as builder
from heroes.web.judge import own, tables
from heroes.web.judge import pages as judge
from heroes.web.judge import terms as judge_terms
from heroes.web.nominator import pages as nominator
from heroes.web.nominator import private
from heroes.web.organisation import colleagues
from heroes.web.organisation import pages as organisation
from heroes.web.public import looks, rule_card, winners
from heroes.web.public import pages as public

ADMIN_PAGES = (
    advance,
    announce,
    audit,
    board_files,
    bulk,
    conflict,
    decide,
    entry,
    fairness,
    home,
    incoming,
    judging,
    leaderboard,
    mail,
    people,
    planner,
    queue,
    results,
    start,
    slots,
    roles,
    undertakings,
    view_as,
    wave,
    why,
)
"""Importing these puts their pages on the admin blueprint."""
BUILDER_PAGES = (
    builder_categories,
    builder_look,
    builder_programme,
    builder_home,
    builder_scorecards,
    builder_invite,
    timeline,
    form_preview,
    form_publish,
    form_questions,
    form_sections,
    builder_forms,
    builder_panels,
    builder_round_copies,
    builder_rounds,
    check,
)
JUDGE_PAGES = (judge, judge_terms, own, tables)
NOMINATOR_PAGES = (nominator, private)
PUBLIC_PAGES = (public, rule_card)
ORGANISATION_PAGES = (colleagues, organisation)


def register(app: Flask) -> None:
    """Give the application all its pages. The admin's come before the season's, whose addresses are the widest."""
    for blueprint in (
        account.blueprint,
        invitations.blueprint,
        password.blueprint,
        reminders.blueprint,
        viewing.blueprint,
        nominator.blueprint,
        organisation.blueprint,
        judge.blueprint,
        admin,
        builder,
        looks.blueprint,
        winners.blueprint,
        public.blueprint,
    ):
        app.register_blueprint(blueprint)
