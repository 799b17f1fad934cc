"""The vertical challenge from its own file, in English: Qualcomm as its sponsor, one partner company a field.

The drone field is walked on the pages by its own people; what everybody else does meanwhile is done by the same actions.
"""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from didimdol.demands.models import Demand
from didimdol.evaluation.guards import body_of
from didimdol.evaluation.models import Ballot
from didimdol.kernel import clock
from didimdol.ledger.queries import trial_balance
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Challenge
from didimdol.projects.actions.finals import lock_review, save_review
from didimdol.projects.final_computing import rule_of
from didimdol.projects.models import Agreement, Review
from didimdol.rehearsal.filled import page as pdf
from didimdol.selection.actions import confirm_place
from didimdol.selection.models import Matching, Place
from e2e.desk import Desk
from e2e.play import Play
from server.tests import worlds
from server.tests.vertical import (
    FILE,
    Side,
    Vertical,
    announced_vertical,
    evaluated,
    publish_demand,
    release,
    scoring,
    submitted_vertical,
)
from server.tests.vertical_poc import project_of

FIELD, RIVAL = "drone", "ai-camera"
CHALLENGE = "Vertical AI Challenge 2025"
DEMAND = "Seeing wires and cranes from a delivery drone"
GRANT, OWN = 50_000_000, 10_000_000  # the startup applied for so much


class Walk:
    """Who acts in the drone field, and the desks they sit at."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.world: Vertical

    def at(self, who: Person) -> Desk:
        desk = self.play.desk(who, language="en")
        if desk.page.locator("html").get_attribute("lang") != "en":  # once: the account keeps it
            desk.page.get_by_role("banner").get_by_role("button", name="English").click()
            expect(desk.page.locator("html")).to_have_attribute("lang", "en")
        return desk

    @property
    def side(self) -> Side:
        return self.world.sides[FIELD]

    @property
    def ceo(self) -> Person:
        assert self.side.ceo is not None
        return self.side.ceo

    @property
    def number(self) -> str:
        return project_of(self.side).number

    def hidden(self, path: str) -> None:
        """The partner of another field does not find it."""
        rival = self.world.sides[RIVAL]
        for who in (rival.lead, rival.ceo):
            assert who is None or self.at(who).status_of(path) == 404

    def waits(self, who: Person, what: str) -> Desk:
        """Somebody goes to work from the home page."""
        return self.at(who).open("/home/").follow(what)


def vertical_walk(play: Play) -> None:
    walk = Walk(play)
    walk.world = announced_vertical(load=the_manager_loads_the_file(walk), publish=the_partner_writes_its_demand(walk))
    the_public_reads_who_demands_what(walk)
    submitted_vertical(world=walk.world)
    the_partner_scores_its_own_field_only(walk)

    clock.move_to(clock.now() + timedelta(hours=20))
    the_startup_takes_its_place_and_is_matched(walk)
    plan_and_charter_become_an_agreement(walk)
    the_partner_signs_on_paper(walk)

    clock.move_to(worlds.kst("2025-07-28 10:00"))
    qualcomm_gives_its_help(walk)
    a_witnessed_test_opens_the_gate(walk)
    the_money_follows(walk)

    clock.move_to(worlds.kst("2025-10-20 10:00"))
    the_project_is_graded(walk)
    clock.move_to(worlds.kst("2026-09-01 10:00"))
    the_decision_is_overdue_and_then_made(walk)
    qualcomm_introduces_a_customer(walk)


# --- file, demand, notice -------------------------------------------------------------------------------------------


def the_manager_loads_the_file(walk: Walk) -> object:
    def load(manager: Person, operator: Organisation) -> Challenge:
        desk = walk.at(manager).open("/challenges/load/").attach("Rulebook (YAML)", FILE)
        desk.tick("Mark as an example").press("Load").is_told("The rulebook was loaded.")
        desk.sees(CHALLENGE, "Qualcomm", "ArgosDyne", "Bluebird")
        return Challenge.objects.within(slug="vertical-2025").get()

    return load


def the_partner_writes_its_demand(walk: Walk) -> object:
    def publish(world: Vertical, side: Side) -> Demand:
        if side.key != FIELD:
            return publish_demand(world, side)
        desk = walk.at(side.lead).open(f"/challenges/{world.challenge.slug}/").follow("Write a demand")
        desk.choose("Field", "Drones").choose("Budget owner", side.owner.name)
        desk.write(
            {
                "Name of the demand (Korean)": "배송 드론의 전선·크레인 인식",
                "Name of the demand (English)": DEMAND,
                "Problem to solve (Korean)": "낮게 나는 배송 드론이 전선과 크레인을 늦게 알아차립니다.",
                "Problem to solve (English)": "A low-flying delivery drone notices wires and cranes too late.",
                "Device": "Flight computer with a Snapdragon",
                "Device labels": "runtime:onnxruntime-cpu",
                "IP and confidentiality (Korean)": "모델의 권리는 창업기업에 있습니다.",
                "Adoption is decided on": "2026-01-30",
            }
        )
        for number, (what, limit) in enumerate((("Inference latency p99", "50"), ("Peak memory", "800")), start=1):
            row = desk.page.get_by_role("group", name=f"Criterion {number}")
            option = row.get_by_role("option").filter(has_text=re.compile(f"^{what}")).first
            desk.field("What", row).select_option(value=option.get_attribute("value"))
            desk.write({"Limit": limit}, row)
        desk.press("Save").is_told("The demand was saved.").sees("≤ 50 ms", "≤ 800 MB")
        page = desk.path
        assert walk.at(world.sponsor).status_of(page) == 404  # a draft is the partner's own affair
        desk.follow("Propose").press("Propose").is_told("The demand was proposed.")
        operator = walk.at(world.manager).open(page).follow("Approve and publish").press("Approve and publish")
        operator.is_told("The demand was published.")
        return Demand.objects.within(challenge=world.challenge, field=side.field).get()

    return publish


def the_public_reads_who_demands_what(walk: Walk) -> None:
    visitor = walk.play.desk("a visitor", language="en").open("/").follow(CHALLENGE)
    visitor.sees("Qualcomm", "Drones", DEMAND)
    walk.at(walk.world.sponsor).open("/home/").sees(CHALLENGE)


# --- evaluation and result ------------------------------------------------------------------------------------------


def the_partner_scores_its_own_field_only(walk: Walk) -> None:
    world, side = walk.world, walk.side
    release(world, evaluated(world, scoring(world, "paper")))
    round = scoring(world, "presentation")
    judge = side.judges[0]
    ballot = Ballot.objects.within(seat__person=judge, seat__round=round).get()
    assert ballot.application_id == side.application.pk  # of its own field, and of no other
    desk = walk.at(judge).open(ballot.get_absolute_url())
    for criterion in body_of(ballot.seat).criteria:
        group = desk.page.get_by_role("group", name=re.compile(f"^{criterion.name.en} "))
        desk.write({f"Points (0–{criterion.max_points})": str(int(criterion.max_points) - 2)}, group)
        desk.write({"Comment": "The figures hold on our own flight computer, and the plan is sound."}, group)
    desk.press("Check and lock").press("Lock").is_told("The ballot is locked.")
    other = Ballot.objects.within(seat__round=round, application=world.sides[RIVAL].application).first()
    assert walk.at(judge).status_of(other.get_absolute_url()) == 404

    round = evaluated(world, round)
    desk = walk.at(world.coordinator).open("/selection/").follow(CHALLENGE)
    desk.press("Compute").is_told("The ranking is computed.").sees_no_link("Decide")
    desk = walk.at(world.manager).open(desk.path)
    desk.follow("Decide").press("Decide").is_told("Decided.")
    desk.follow("Release").press("Release now").is_told("The result is released.")
    world.challenge.refresh_from_db()
    walk.play.desk("a visitor").open(f"/selection/results/{world.challenge.slug}/").sees(side.startup.name["en"])


def the_startup_takes_its_place_and_is_matched(walk: Walk) -> None:
    world = walk.world
    desk = walk.waits(walk.ceo, f"You are selected: confirm your place · {CHALLENGE}")
    desk.follow("Confirm the place").press("Confirm").is_told("The place is confirmed.")
    walk.hidden(desk.path)
    for side in world.sides.values():
        place = Place.objects.within(application=side.application).get()
        if place.state == "offered":
            confirm_place(actor=actor_of(side.ceo), place=place)
    desk = walk.at(world.manager).open(f"/selection/matchings/?challenge={world.challenge.slug}")
    desk.follow("Open a matching").press("Open").is_told("The matching is open.")
    desk.follow("Compute the matching").press("Compute").is_told("The matching is computed.").sees(DEMAND)
    matching = Matching.objects.within(challenge=world.challenge).get()
    again = walk.at(world.second_manager).open(matching.get_absolute_url())
    again.follow("Release the matching").press("Release now").is_told("The matching is released.")
    walk.at(walk.side.lead).open("/selection/places/").sees(DEMAND).sees_nothing_of(
        world.sides[RIVAL].startup.name["en"]
    )


# --- agreement ------------------------------------------------------------------------------------------------------


def plan_and_charter_become_an_agreement(walk: Walk) -> None:
    world, side = walk.world, walk.side
    desk = walk.waits(walk.ceo, f"Write the revised plan · {walk.number}").follow("Write the plan")
    desk.write({"Goal": "Wires seen at 60 metres.", "Work": "Train, shrink, fly.", "Schedule and roles": "May–October"})
    desk.write(
        {
            "Government grant (won)": str(GRANT + 1),
            "Own cash (won)": str(OWN),
            "Own contribution in kind (won)": "0",
        }
    )
    step = desk.page.get_by_role("group", name="Milestone 1", exact=True)
    desk.write({"Name": "Flight test", "Due": "2025-07-31", "Amount (won)": str(GRANT)}, step)
    step.get_by_role("combobox").select_option(value="witnessed")
    for criterion in step.get_by_role("checkbox").all():
        criterion.check()
    desk.press("Save").is_told("The plan was saved.").sees(re.compile("^The grant is at most 50,000,000 won"))
    desk.sees_no_link("Submit").follow("Edit").write({"Government grant (won)": str(GRANT)}).press("Save")
    desk.follow("Submit").press("Submit").is_told("Submitted.")
    walk.hidden(desk.path)
    walk.waits(world.manager, f"Review the revised plan · {walk.number}").follow("Approve").press("Approve").is_told(
        "Approved."
    )

    desk = walk.at(side.lead).open(f"{project_of(side).get_absolute_url()}agreement/").follow("Draft the agreement")
    desk.choose("Budget owner", side.owner.name)
    desk.write(
        {
            "Success criteria": "Wires are seen at 60 metres in rain.",
            "Starts on": "2025-05-02",
            "Ends on": "2025-10-17",
            "Adoption decided by": "2026-01-30",
            "Intellectual property": "The model stays with the startup.",
            "Technical data: name and scope": "Flight recordings of 40 hours",
            "Period of use": "The agreement and three years more",
            "Staff who hold it": "Two of the startup, three of ArgosDyne",
            "Duty of confidence and limit of purpose": "For this project alone",
            "Damages": "Whoever breaks it pays the damage.",
            "Return or destruction: when and how": "Deleted within 30 days of its end",
        }
    )
    for criterion in desk.page.get_by_role("group", name="Criteria").get_by_role("checkbox").all():
        criterion.check()
    desk.press("Save").is_told("The agreement was saved.")
    walk.hidden(desk.path)
    desk = walk.waits(world.manager, f"Check the agreement and ask for signatures · {walk.number}")
    desk.follow("Ask for signatures").press("Fix it and ask").is_told("The parties are asked to sign.")


def the_partner_signs_on_paper(walk: Walk) -> None:
    """The file goes out, is signed with a certificate, and comes back; the other two sign in the system."""
    side, folder = walk.side, walk.play.folder
    oath = "I have read the agreement and sign it."
    desk = walk.waits(walk.ceo, f"Sign the agreement · {walk.number}").follow("Sign").tick(oath).press("Sign")
    desk.is_told("Signed.")

    desk = walk.at(side.lead).open(f"{project_of(side).get_absolute_url()}agreement/")
    offered = desk.download("Agreement (PDF)", folder)
    other, signed = folder / "another.pdf", folder / "signed.pdf"
    other.write_bytes(pdf("another agreement"))
    signed.write_bytes(offered.read_bytes() + b"\n%% a digital signature\n")
    desk.follow("Record a paper signature").choose("Whose signature", "Demand company")
    desk.write({"Name of who signed": side.owner.name, "Title": "Head of flight"})
    desk.attach("Signed agreement (PDF)", other).press("Record")
    expect(desk.page.get_by_role("alert").first).to_be_visible()
    desk.attach("Signed agreement (PDF)", signed).press("Record").is_told("The paper signature is recorded.")

    desk = walk.waits(walk.world.manager, f"Sign the agreement · {walk.number}").follow("Sign").tick(oath)
    desk.press("Sign").is_told("Signed.")
    assert project_of(side).state == "active"
    assert Agreement.objects.within(project=project_of(side)).get().signatures.get(party="company").compared == "bytes"


# --- work and money -------------------------------------------------------------------------------------------------


def qualcomm_gives_its_help(walk: Walk) -> None:
    project, side = project_of(walk.side), walk.side
    desk = walk.at(side.lead).open(f"{project.get_absolute_url()}support/").follow("Promise support")
    desk.choose("Kind", "People").write({"What": "A flight engineer", "Promised hours (people)": "80"}).press("Promise")
    sponsor = walk.at(walk.world.sponsor).open("/home/").follow(side.startup.name["ko"])
    sponsor.sees("A flight engineer")
    walk.hidden(desk.path)


def a_witnessed_test_opens_the_gate(walk: Walk) -> None:
    side = walk.side
    log = walk.play.folder / "flight-log.csv"
    log.write_text("t_ms,latency_ms\n0,31.2\n33,30.9\n", encoding="utf-8")
    where = f"{walk.number} 1"
    desk = walk.waits(walk.ceo, f"Hand in the milestone · {where}").sees_no_link("Hand in the milestone")
    milestone = desk.path
    desk.follow("Record a test").write(
        {"Plan and conditions": "Ten flights in rain, 60 metres, two pilots.", "Day of the test": "2025-07-25"}
    )
    for label, figure in (("Inference latency p99 (ms)", "31.2"), ("Peak memory (MB)", "420")):
        desk.write({label: figure})
    desk.attach("Raw log", log).press("Record").open(milestone)
    desk.follow("Check and sign").press("Sign").is_told("Signed.").sees("Signed by one party")

    company = walk.waits(side.lead, f"Check the witnessed test and sign · {where}")
    company.follow("Check and sign").press("Sign").is_told("Signed.").sees("Signed by both")
    desk.open(milestone).follow("Hand in").press("Hand in").is_told("The milestone is handed in.")
    company = walk.waits(side.lead, f"Look at the evidence and accept · {where}").follow("Accept").press("Accept")
    company.is_told("The milestone is accepted.")
    operator = walk.waits(walk.world.manager, f"Approve the accepted milestone · {where}").follow("Approve")
    operator.press("Approve").is_told("The milestone is approved.")
    walk.hidden(milestone)


def the_money_follows(walk: Walk) -> None:
    world, side = walk.world, walk.side
    project = project_of(side)
    receipt = walk.play.folder / "receipt.pdf"
    receipt.write_bytes(pdf("receipt"))
    desk = walk.at(walk.ceo).open(f"{project.get_absolute_url()}contributions/").follow("Give a contribution")
    desk.choose("Kind", "Cash").write({"Amount (won)": str(OWN)}).attach("Evidence", receipt).press("Give")
    walk.at(world.manager).open(desk.path).follow("Confirm").press("Confirm").is_told("Confirmed.")

    desk = walk.at(walk.ceo).open(f"/funding/{project.pk}/").follow("Write it")
    desk.page.locator("input[name=government_personnel]").fill(str(GRANT - 1))
    desk.page.locator("input[name=own_cash_personnel]").fill(str(OWN))
    desk.press("Save and check").sees(re.compile("KRW 1 |1 won|KRW 1\\b"))  # one won off: named, not rounded away
    desk.page.locator("input[name=government_personnel]").fill(str(GRANT))
    desk.press("Save and check").sees("Sums and ratios hold, to the won.").follow("Submit").press("Submit")
    desk.is_told("The budget is submitted.").open(f"/funding/{project.pk}/").follow("Register the account")
    desk.write({"Bank": "한강은행", "Account number": "220-333-555777", "Account holder": "별빛2"}).press("Register")
    desk.is_told("The account is registered.").sees_nothing_of("555777")
    operator = walk.waits(world.manager, f"Review the budget · {project.number}").follow("Approve").press("Approve")
    operator.is_told("The budget is approved.").follow("Check it").press("It matches the bank's papers")

    desk.open(f"/funding/{project.pk}/").follow("Ask for the money").press("Ask").is_told("The money is asked for.")
    where = f"{project.number} 1"
    operator = walk.waits(world.manager, f"Review and approve the payment · {where}").follow("Approve")
    operator.press("Approve").is_told("The payment is approved.").sees_no_link("Release")
    again = walk.waits(world.second_manager, f"Release the approved payment (not by who approved it) · {where}")
    again.follow("Release").write({"Reference of the bank's transfer": "2025-0728-01"})
    again.press("Record as paid").is_told("The payment is recorded.")
    books = trial_balance(world.challenge.pk)
    assert sum(line.debit for line in books) == sum(line.credit for line in books) > 0
    walk.hidden(f"/funding/{project.pk}/")
    for who in (side.lead, world.sponsor):  # the startup's money is not theirs to read
        assert walk.at(who).status_of(f"/funding/{project.pk}/") in (403, 404)


# --- the end and what comes of it -----------------------------------------------------------------------------------


def the_project_is_graded(walk: Walk) -> None:
    world, side = walk.world, walk.side
    desk = walk.at(world.manager).open("/projects/finals/").follow(f"Open · {CHALLENGE}")
    desk.write({"Closing time": "2025-10-27T18:00"})
    for person in (*world.experts[:3], side.judges[0]):
        desk.page.get_by_role("checkbox", name=person.name).check()
    desk.press("Begin").is_told("The evaluation has begun.")
    for review in Review.objects.within(final__challenge=world.challenge, state="draft").select_related("person"):
        if review.person_id == side.judges[0].pk:
            continue
        scores = {c.key: str(c.max_points - 2) for c in rule_of(review.final).body(review.body).criteria}
        actor = actor_of(review.person)
        save_review(actor=actor, review=review, scores=scores, comment="The goals were reached.")
        lock_review(actor=actor, review=review)
    judge = walk.waits(side.judges[0], f"Review the project · {walk.number}")
    judge.write(
        {
            "Fit to the demand (0–40)": "39",
            "Performance in the PoC (0–40)": "39",
            "Prospects of adoption (0–20)": "18",
            "Comment": "It sees what our pilots see.",
        }
    )
    judge.press("Check and lock").press("Lock").is_told("The review is locked.")
    desk = walk.at(world.manager).open("/projects/finals/").follow(CHALLENGE)
    desk.follow("Compute").press("Compute").is_told("The outcome is computed.")
    again = walk.at(world.second_manager).open(desk.path).follow("Release").press("Release")
    again.is_told("The outcome is released.")
    walk.at(walk.ceo).open(project_of(side).get_absolute_url()).sees("Outstanding")
    desk = walk.waits(world.manager, f"Finish the project · {walk.number}").follow("Finish")
    desk.press("Finish").is_told("The project is complete.")


def the_decision_is_overdue_and_then_made(walk: Walk) -> None:
    side = walk.side
    desk = walk.at(walk.ceo).open("/home/").sees("no answer for 214 days").follow("Adoption: Under review")
    case = desk.path
    desk.sees("The decision is overdue:", "no answer for 214 days")
    walk.hidden(case)
    owner = walk.waits(side.owner, f"Decide on adoption · {walk.number}").follow("Adopt")
    owner.choose("How", "Embedded in a product").write({"Explanation": "In the next delivery drone."})
    owner.press("Decide to adopt").is_told("The decision is recorded.")


def qualcomm_introduces_a_customer(walk: Walk) -> None:
    startup = walk.side.startup.name["ko"]
    desk = walk.at(walk.world.sponsor).open("/outcomes/introductions/").follow(f"Record an introduction {startup}")
    desk.write({"To whom": "Lakeside Couriers"}).choose("Country", "United States").choose("Kind", "Customer")
    desk.press("Record").is_told("The introduction is recorded.").sees("Lakeside Couriers")
    desk.open("/outcomes/introductions/").follow("Record the result").choose("Result", "Contract").press("Save")
    desk.is_told("The result is recorded.")
    walk.at(walk.ceo).open("/outcomes/").follow(walk.number).sees("Lakeside Couriers", "Contract")
