"""The Achievement Summary Report: on screen, and the same as CSV, XLSX and PDF."""

from __future__ import annotations

import csv
import io
import re
import zlib
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from accounts.rules import Acting
from accounts.states import Role
from achievement import commands
from core.dates import FinancialYear
from core.paging import page_of
from reports.queries.summary import ORDERS, SummaryFilters, achievements_in
from tests.achievement.payments import Payments, payments, said, signed_in
from tests.factories.accounts import acting_as
from tests.factories.organisations import PracticeFactory
from ui.sheets import FILES, Sheet, to_csv, to_pdf, to_xlsx

pytestmark = pytest.mark.django_db

PAGE = "/reports/achievement-summary/"


@pytest.fixture
def portland(db, training_day) -> Payments:
    made = payments()
    made.declared(37)
    return made


def text_of(pdf: bytes) -> str:
    """What a PDF draws, in its order, a line of a cell for each piece."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    drawn = b"\n".join(zlib.decompress(each) for each in streams if each[:1] == b"\x78")
    return "\n".join(piece.decode("latin-1") for piece in re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", drawn))


def file_of(by: Acting, kind: str, query: str = "") -> bytes:
    response = signed_in(by).get(f"{reverse('reports:achievement_summary_file', args=[kind])}{query}")
    assert response.status_code == 200
    assert f'filename="achievement-summary-2021-22.{kind}"' in response["Content-Disposition"]
    return response.content


def test_it_shows_what_was_declared_by_whom_and_what_became_of_it(portland: Payments):
    page = said(signed_in(portland.manager).get(PAGE))

    assert "1 achievement, £345.00" in page
    assert "37 referrals, 30 payable" in page
    assert "Tamsin Dale" in page
    assert "01/11/2021 - 30/11/2021" in page
    assert "Awaiting Commissioning Organisation Approval" in page


@pytest.mark.parametrize("sort", ORDERS)
def test_no_provider_is_lost_where_pages_meet_though_all_have_one_name(portland: Payments, sort: str):
    for _ in range(3):
        practice, manager = portland.another_practice(portland.world.practice.name)
        portland.submit_for(practice, 12, manager)
    rows, after, seen = achievements_in(portland.approver, SummaryFilters(FinancialYear(2021))), "", set()

    for _ in range(4):
        page = page_of(rows, ORDERS[sort], after=after, size=1)
        seen |= {row.provider.code for row in page.rows}
        after = page.next_cursor

    assert (len(seen), after) == (4, "")


def test_it_is_sorted_by_its_heads_and_its_file_as_the_page(portland: Payments):
    practice, manager = portland.another_practice("Aran Surgery")
    portland.submit_for(practice, 12, manager)
    client = signed_in(portland.approver)

    first = {sort: said(client.get(f"{PAGE}?sort={sort}")) for sort in ("name", "-name", "amount", "-amount")}
    rows = list(csv.DictReader(io.StringIO(file_of(portland.approver, "csv", "?sort=amount").decode("utf-8-sig"))))

    aran_first = {sort: page.index("Aran Surgery") < page.index("Portland Surgery") for sort, page in first.items()}
    assert aran_first == {"name": True, "-name": False, "amount": True, "-amount": False}
    assert [row["Name"] for row in rows] == ["Aran Surgery", "Portland Surgery"]


def test_what_came_back_is_not_said_to_be_declared(portland: Payments):
    commands.reject_achievements(portland.as_seen(), by=portland.approver, note="Look again.")
    row = achievements_in(portland.manager, SummaryFilters(FinancialYear(2021))).get()

    assert (row.declared_by, row.declared_at) == (None, None)


def test_a_commissioning_organisation_sees_all_of_its_practices(portland: Payments):
    practice, manager = portland.another_practice("Viking Medical Practice")
    portland.submit_for(practice, 20, manager)

    page = said(signed_in(portland.approver).get(PAGE))

    assert "2 achievements, £575.00" in page


def test_another_practice_sees_nothing_of_it(portland: Payments):
    _practice, manager = portland.another_practice("Viking Medical Practice")

    page = said(signed_in(manager).get(PAGE))

    assert "There are no achievements of this year and service that you can see." in page
    assert "345.00" not in page


def test_the_role_view_sees_no_pounds_on_screen_or_in_files(portland: Payments):
    viewer = acting_as(Role.VIEW, organisation=portland.world.practice)

    page, text = said(signed_in(viewer).get(PAGE)), file_of(viewer, "csv").decode("utf-8-sig")

    assert "345" not in page + text
    assert "Portland Surgery" in page
    assert "Achievement Amount" not in text


def test_one_service_can_be_chosen(portland: Payments):
    page = said(signed_in(portland.manager).get(f"{PAGE}?service={portland.service.pk}&year=2021/22"))

    assert "1 achievement, £345.00" in page


def test_an_unknown_year_or_service_is_said_and_shows_this_year(portland: Payments):
    response = signed_in(portland.manager).get(f"{PAGE}?service=987654&year=1066/67")

    assert response.status_code == 422
    assert "Financial Year must be one of those offered: '1066/67' is not." in said(response)
    assert "Quality Service must be one of those offered: '987654' is not." in said(response)
    assert "1 achievement, £345.00" in said(response)


def test_the_csv_holds_the_same_rows(portland: Payments):
    rows = list(csv.DictReader(io.StringIO(file_of(portland.manager, "csv").decode("utf-8-sig"))))

    assert len(rows) == 1
    assert rows[0]["Achievement Amount"] == "345.00"
    assert rows[0]["Date of Achievement"] == "30/11/2021"
    assert rows[0]["Payment Period"] == "01/11/2021 - 30/11/2021"


def test_the_workbook_holds_numbers_and_dates_as_such(portland: Payments):
    book = openpyxl.load_workbook(io.BytesIO(file_of(portland.manager, "xlsx")))

    rows = list(book.active.iter_rows(values_only=True))
    heads, row = rows[-2], rows[-1]
    found = dict(zip(heads, row, strict=True))
    assert found["Achievement Amount"] == 345
    assert found["Date of Achievement"].date() == date(2021, 11, 30)
    assert rows[5][:2] == ("Total", "£345.00")


def test_the_pdf_is_one(portland: Payments):
    content = file_of(portland.manager, "pdf")

    assert content.startswith(b"%PDF-")
    assert b"Achievement Summary Report" in content or len(content) > 1_000


def test_no_file_tells_pounds_to_whoever_sees_points_only(portland: Payments, monkeypatch: pytest.MonkeyPatch):
    written: list[Sheet] = []
    for kind, (_write, content_type) in FILES.items():
        monkeypatch.setitem(FILES, kind, (lambda sheet: written.append(sheet) or b"", content_type))
    viewer = acting_as(Role.VIEW, organisation=portland.world.practice)

    for kind in ("csv", "xlsx", "pdf"):
        file_of(viewer, kind)

    assert len(written) == 3
    for sheet in written:
        assert "345.00" not in f"{sheet.about} {sheet.heads} {list(sheet.rows)}"
        assert "Amount" not in str(sheet.heads)


def test_a_file_of_another_kind_is_not_there(portland: Payments):
    assert signed_in(portland.manager).get(f"{PAGE}exe/").status_code == 404


def test_the_queries_do_not_grow_with_the_rows(portland: Payments, django_assert_max_num_queries):
    for number in range(8):
        practice, manager = portland.another_practice(f"Practice {number}")
        portland.submit_for(practice, 20, manager)
    client = signed_in(portland.approver)

    with django_assert_max_num_queries(13):
        client.get(PAGE)


class TestFiles:
    """What spreadsheets could run, and letters that a PDF's own fonts do not know."""

    SHEET = Sheet(
        "Report", [("Organisation", "NHS Viking")], ["Name", "Amount"], [30, 12],
        [["=HYPERLINK(\"http://x\")", Decimal("-1.50")], ["@SUM(1)", Decimal(2)], ["Ŵyn Surgery — ☃", None]],
    )  # fmt: skip

    def test_text_that_begins_like_a_formula_is_plain_text_in_csv(self):
        text = to_csv(self.SHEET).decode("utf-8-sig")

        assert "\"'=HYPERLINK" in text
        assert "'@SUM(1),2" in text
        assert "-1.50" in text

    def test_text_is_never_a_formula_or_a_link_in_a_workbook(self):
        page = openpyxl.load_workbook(io.BytesIO(to_xlsx(self.SHEET))).active

        cells = [cell for row in page.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]

    def test_a_pdf_is_written_whatever_the_letters(self):
        assert to_pdf(self.SHEET).startswith(b"%PDF-")

    def test_no_word_and_no_date_of_a_pdf_is_broken(self):
        row = ["Portland Surgery", date(2021, 12, 11), "Biscay Partnership PCN, November 2021", Decimal("1234.50")]
        heads, widths = ["Name", "Date of Achievement", "Payment Period", "Achievement Amount"], [200, 5, 200, 5]

        drawn = text_of(to_pdf(Sheet("Report", [], heads, widths, [row])))

        assert {"11/12/2021", "Achievement", "1,234.50"} <= {word.strip("()£") for word in drawn.split()}

    def test_a_long_pdf_has_its_heads_on_every_page(self):
        rows = [[f"Practice {number}", Decimal(number)] for number in range(200)]

        assert to_pdf(Sheet("Report", [], ["Name", "Amount"], [30, 12], rows)).count(b"/Type /Page\n") > 3


def test_an_organisation_without_achievements_has_an_empty_report(training_day):
    somebody = acting_as(Role.FINANCE_VIEW, organisation=PracticeFactory.create())

    assert signed_in(somebody).get(PAGE).status_code == 200
