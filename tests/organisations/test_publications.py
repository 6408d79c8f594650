"""List sizes of one day in two files: an older publication is refused if its age is known, asked about if not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.states import Role
from core.actors import SYSTEM
from core.errors import Invalid
from organisations import commands
from organisations.commands import OdsFiles
from organisations.models import ListKind, ListSize, OdsLoad, OdsUpload
from tests.factories.accounts import acting_as
from tests.factories.organisations import NationalOperatorFactory
from tests.organisations.loading import LISTS_DAY, kinds, load, organisation
from tests.organisations.test_reference_data_pages import page_of
from tests.organisations.test_uploads import work

pytestmark = pytest.mark.django_db

BEFORE = date(2020, 1, 1)


@pytest.fixture(autouse=True)
def known(release, training_day):
    """The practices that the lists are of."""
    load(release)


def lists(release, name, registered, day=LISTS_DAY, **days):
    """Load a payments file under a name, with another registered list of A81001."""
    release.lists = {"A81001": (registered, "4645.53")}
    path = release.list_file()
    path = path.rename(path.with_name(name))
    return commands.load_ods(OdsFiles(lists=[path], lists_as_at=day, **days), by=SYSTEM)


def own(release, name, *rows, **days):
    path = release._csv(name, [["ORG_ID", "LIST", "AS_AT", "SIZE"], *rows])
    return commands.load_ods(OdsFiles(lists=[path], **days), by=SYSTEM)


def size(code="A81001", day=LISTS_DAY):
    return ListSize.objects.as_of(day).get(organisation__code=code, kind=ListKind.CRP).size


def test_an_older_publication_of_the_same_day_is_refused_and_says_how_its_age_is_known(release):
    lists(release, "nhspaymentsgp_21-22.csv", "4100")

    with pytest.raises(Invalid) as refused:
        lists(release, "nhspaymentsgp_20-21.csv", "4000")

    assert refused.value.sentences == (
        "nhspaymentsgp_20-21.csv was published on 31/03/2021, and nhspaymentsgp_21-22.csv, published on 31/03/2022, "
        "has been loaded with list sizes of the same day: an older publication is refused. Nothing was loaded. A file "
        "says in its name when it was published, at the earliest; if it was later, say the day.",
    )
    assert size() == 4100


def test_a_newer_publication_of_the_same_day_replaces_the_older_one(release):
    lists(release, "nhspaymentsgp_20-21.csv", "4000")
    lists(release, "nhspaymentsgp_21-22.csv", "4100")

    assert size() == 4100
    assert OdsLoad.objects.latest("pk").published == date(2022, 3, 31)


def test_whoever_knows_better_says_the_day(release):
    lists(release, "nhspaymentsgp_21-22.csv", "4100")

    lists(release, "nhspaymentsgp_20-21.csv", "4000", lists_published=date(2022, 10, 1))

    assert size() == 4000


def test_the_day_of_publication_is_given_to_the_command_too(release):
    release.lists = {"A81001": ("4100", "4645.53")}

    call_command("load_ods", lists=[release.list_file()], lists_as_at=LISTS_DAY, lists_published=date(2022, 10, 1))

    assert OdsLoad.objects.get(layout="payments").published == date(2022, 10, 1)


def test_a_day_given_holds_for_later_files_too(release):
    lists(release, "nhspaymentsgp_20-21.csv", "4000", lists_published=date(2022, 10, 1))

    with pytest.raises(Invalid, match="published on 01/10/2022, has been loaded"):
        lists(release, "nhspaymentsgp_21-22.csv", "4100")


def test_an_older_publication_of_another_day_is_a_fact_of_that_day(release):
    lists(release, "nhspaymentsgp_21-22.csv", "4100")

    lists(release, "nhspaymentsgp_20-21.csv", "4000", day=BEFORE)

    assert (size(), size(day=BEFORE)) == (4100, 4000)


def test_an_older_publication_that_says_the_same_changes_nothing(release):
    lists(release, "nhspaymentsgp_21-22.csv", "4100")

    assert not lists(release, "nhspaymentsgp_20-21.csv", "4100").changed


def test_an_older_publication_that_has_more_practices_is_refused_too(release):
    """A published file says all of its day: what the newer one left out was taken back."""
    lists(release, "nhspaymentsgp_21-22.csv", "4100")
    release.lists = {"A81001": ("4100", "4645.53"), "A81003": ("9000", "9100")}
    path = release.list_file()
    older = path.rename(path.with_name("nhspaymentsgp_20-21.csv"))

    with pytest.raises(Invalid, match="an older publication is refused"):
        commands.load_ods(OdsFiles(lists=[older], lists_as_at=LISTS_DAY), by=SYSTEM)


def test_of_the_portals_own_layout_only_what_a_newer_file_named_is_held(release):
    own(release, "lists_2021-06-01.csv", ["A81001", "CRP", "2021-01-01", "4100"])

    own(release, "lists_2021-03-01.csv", ["A81003", "CRP", "2021-01-01", "9000"])
    with pytest.raises(Invalid, match="an older publication is refused"):
        own(release, "lists_2021-03-01.csv", ["A81001", "CRP", "2021-01-01", "4000"])

    assert (size(), size("A81003")) == (4100, 9000)


def test_what_gives_way_to_another_figure_of_its_day_is_listed_with_what_it_came_from(release, training_day):
    own(release, "lists.csv", ["A81001", "CRP", "2021-01-01", "4100"], ["A81003", "CRP", "2021-01-01", "9000"])
    by = acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory())
    commands.correct_list_size(organisation("A81003"), ListKind.CRP, LISTS_DAY, Decimal(9050), "A letter", by=by)

    report = own(release, "more.csv", ["A81001", "CRP", "2021-01-01", "4110"], ["A81003", "CRP", "2021-01-01", "9010"])

    assert kinds(report.files[0])["replaced"] == ["A81001", "A81003"]
    assert [each.words for each in report.files[0].remarks if each.kind == "replaced"] == [
        "registered list 4,110 as at 01/01/2021, in place of 4,100, of lists.csv, loaded on 11/12/2021",
        f"registered list 9,010 as at 01/01/2021, in place of 9,050, corrected by hand on 11/12/2021, by {by.name}",
    ]


def uploaded(client, name, *rows, **days):
    """The page of a file of lists once it was checked."""
    client.force_login(acting_as(Role.REFERENCE_DATA, organisation=NationalOperatorFactory()).user)
    content = "\n".join(["ORG_ID,LIST,AS_AT,SIZE", *rows]).encode()
    given = {"lists": SimpleUploadedFile(name, content), **days}
    client.post(reverse("organisations:upload_lists"), given)
    work()
    return page_of(client, OdsUpload.objects.get())


def test_whoever_confirms_is_asked_where_nobody_knows_which_is_newer(client, release):
    own(release, "lists_2021-06-01.csv", ["A81001", "CRP", "2021-01-01", "4100"])

    text = uploaded(client, "lists.csv", "A81001,CRP,2021-01-01,4000")

    assert (
        "1 known list size of a day would be replaced by lists.csv, which does not say when it was published. "
        "Is it newer than what it replaces?"
    ) in text
    assert "in place of 4,100, of lists_2021-06-01.csv" in text


def test_a_day_of_publication_can_be_given_with_the_file(client, release):
    own(release, "lists_2021-06-01.csv", ["A81001", "CRP", "2021-01-01", "4100"])
    day = {"lists_published_day": "1", "lists_published_month": "5", "lists_published_year": "2021"}

    text = uploaded(client, "lists.csv", "A81001,CRP,2021-01-01,4000", **day)

    assert "lists.csv was published on 01/05/2021" in text
    assert "Load these files" not in text


def test_figures_of_a_new_day_ask_nothing(client, release):
    own(release, "lists_2021-06-01.csv", ["A81001", "CRP", "2021-01-01", "4100"])

    text = uploaded(client, "lists.csv", "A81001,CRP,2021-04-01,4000")

    assert "Is it newer than what it replaces?" not in text
    assert "Load these files" in text
