"""People come by a table and leave by one step, in the browser."""

import re

from tests.office import Office
from tests.serving import Client

IMPORT = "/admin/import-people"


def test_a_table_is_shown_and_then_taken(kermit: Client, office: Office):
    kermit.get(IMPORT)
    table = "name,display_name,groups\nscooter,Scooter <b>,stage\nkermit,,\n"
    page = kermit.submit(IMPORT, text=table).text
    assert "Scooter &lt;b&gt;" in page
    assert "1 new" in page
    mark = re.findall(r'name="mark" value="(\w+)"', page)[0]
    assert kermit.get("/admin/users/scooter").status_code == 404
    kermit.get(IMPORT)
    done = kermit.submit(
        f"{IMPORT}/take", text="name,display_name,groups\nscooter,S,stage\n", mark=mark
    )
    assert done.status_code == 422
    table = "name,groups\nscooter,stage\n"
    mark = re.findall(r'name="mark" value="(\w+)"', kermit.submit(IMPORT, text=table).text)[0]
    done = kermit.submit(f"{IMPORT}/take", text=table, mark=mark)
    link = re.findall(r"scooter http\S+/password/[\w-]+", done.text)[0].split()[1]
    with Client(office.url) as scooter:
        assert "scooter" in scooter.get(link).text


def test_a_file_of_a_spreadsheet_is_read(kermit: Client):
    kermit.get(IMPORT)
    file = ("people.csv", "name;display_name\njürgen;Jürgen Müller\n".encode("cp1252"), "text/csv")
    answer = kermit.post(IMPORT, data={"_csrf_token": kermit.token}, files={"file": file})
    assert "Jürgen Müller" in answer.text


def test_a_table_that_cannot_be_read_is_said(kermit: Client):
    kermit.get(IMPORT)
    answer = kermit.submit(IMPORT, text="shoe size\n9\n")
    assert answer.status_code == 422
    assert "shoe size" in answer.text


def test_somebody_leaves(kermit: Client, office: Office):
    kermit.get("/admin/users/new")
    for name in ("rizzo", "pepe"):
        kermit.submit("/admin/users/new", name=name, groups=["employees"])
    page = kermit.get("/admin/users/rizzo/leave").text
    assert "Employees" in page
    wrong = kermit.submit("/admin/users/rizzo/leave", heir="rizzo")
    assert wrong.status_code == 422
    assert kermit.submit("/admin/users/rizzo/leave", heir="pepe").status_code == 303
    assert "cannot sign in" in kermit.get("/admin/users/rizzo").text
    assert kermit.get("/admin/users/nobody/leave").status_code == 404
