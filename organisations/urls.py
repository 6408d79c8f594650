from __future__ import annotations

from django.urls import path

from organisations import views

app_name = "organisations"

urlpatterns = [
    path("networks/<slug:code>/", views.network, name="network"),
    path("networks/<slug:code>/payees/", views.payees_of_network, name="payees_of_network"),
    path("networks/<slug:code>/payees/noted/", views.note_payee_change, name="note_payee_change"),
    path("networks/<slug:code>/payees/propose/", views.propose_payee, name="propose_payee"),
    path("networks/<slug:code>/ods-requests/", views.ods_requests, name="ods_requests"),
    path("networks/<slug:code>/ods-requests/answer/", views.note_answer, name="note_answer"),
    path("networks/<slug:code>/ods-requests/close/", views.close_request, name="close_request"),
    path("practices/<slug:code>/", views.practice, name="practice"),
    path("practices/<slug:code>/list-size/", views.correct_list_size, name="correct_list_size"),
    path("lists/", views.list_sizes, name="list_sizes"),
    path("lists/upload/", views.upload_lists, name="upload_lists"),
    path("lists/<slug:kind>/", views.list_sizes_file, name="list_sizes_file"),
    path("contacts/<int:contact_id>/", views.change_contact, name="change_contact"),
    path("contacts/<int:contact_id>/remove/", views.remove_contact, name="remove_contact"),
    path("contacts/of/<slug:code>/", views.contacts, name="contacts"),
    path("payees/", views.payees, name="payees"),
    path("payees/proposals/<int:proposal_id>/", views.payee_proposal, name="payee_proposal"),
    path("payees/proposals/<int:proposal_id>/confirm/", views.confirm_payee, name="confirm_payee"),
    path("payees/proposals/<int:proposal_id>/decline/", views.decline_payee, name="decline_payee"),
    path("payees/proposals/<int:proposal_id>/withdraw/", views.withdraw_payee, name="withdraw_payee"),
    path("ods/", views.ods_loads, name="ods_loads"),
    path("ods/loads/<int:load_id>/", views.ods_load, name="ods_load"),
    path("ods/loads/<int:load_id>/rows.csv", views.ods_load_rows, name="ods_load_rows"),
    path("ods/upload/", views.upload_ods, name="upload_ods"),
    path("ods/uploads/<int:upload_id>/", views.ods_upload, name="ods_upload"),
    path("ods/uploads/<int:upload_id>/rows.csv", views.ods_upload_rows, name="ods_upload_rows"),
    path("ods/uploads/<int:upload_id>/confirm/", views.confirm_upload, name="confirm_upload"),
    path("ods/uploads/<int:upload_id>/check/", views.check_again, name="check_again"),
    path("ods/uploads/<int:upload_id>/drop/", views.drop_upload, name="drop_upload"),
]
