from __future__ import annotations

from django.urls import path

from participation import views

app_name = "participation"

urlpatterns = [
    path("offered/", views.offered_services, name="offered_services"),
    path("offered/<slug:code>/", views.offered_service, name="offered_service"),
    path("offered/<slug:code>/file/<str:file>/", views.offered_service_file, name="offered_service_file"),
    path("offered/<slug:code>/act/", views.act, name="act"),
    path("offered/<slug:code>/end-date/", views.save_end_date, name="save_end_date"),
    path("offered/<slug:code>/cancel/", views.cancel_service, name="cancel_service"),
    path("ends/<int:job_id>/", views.large_end, name="large_end"),
    path("ends/<int:job_id>/save/", views.save_large_end, name="save_large_end"),
    path("offers/<int:participation_id>/", views.offer, name="offer"),
    path("offers/<int:participation_id>/start-date/", views.save_start_date, name="save_start_date"),
    path("requests/", views.end_requests, name="end_requests"),
    path("requests/<int:request_id>/", views.end_request, name="end_request"),
    path("requests/<int:request_id>/confirm/", views.confirm_end, name="confirm_end"),
    path("requests/<int:request_id>/decline/", views.decline_end, name="decline_end"),
    path("requests/<int:request_id>/take-back/", views.take_back_end, name="take_back_end"),
    path("create-offers/", views.create_offers, name="create_offers"),
    path("available/", views.available_services, name="available_services"),
    path("available/<slug:code>/ask/", views.ask_for_service, name="ask_for_service"),
    path("joiners/", views.joiners, name="joiners"),
    path("joiners/<slug:network>/", views.joiner, name="joiners_of"),
    path("joiners/<slug:network>/<slug:practice>/", views.joiner, name="joiner"),
    path("create-offers/new/", views.new_offer, name="new_offer"),
    path("create-offers/<int:draft_id>/service/", views.offer_service, name="offer_service"),
    path("create-offers/<int:draft_id>/dates/", views.offer_dates, name="offer_dates"),
    path("create-offers/<int:draft_id>/providers/", views.offer_providers, name="offer_providers"),
    path("create-offers/<int:draft_id>/providers/codes/", views.offer_codes, name="offer_codes"),
    path("create-offers/<int:draft_id>/review/", views.review_offers, name="review_offers"),
    path("create-offers/<int:draft_id>/review/lines.<slug:file>", views.review_lines, name="review_lines"),
    path("create-offers/<int:draft_id>/made/", views.offers_made, name="offers_made"),
    path("create-offers/<int:draft_id>/drop/", views.drop_offers, name="drop_offers"),
    path("allocations/", views.allocations, name="allocations"),
    path("allocations/<slug:code>/", views.service_allocations, name="service_allocations"),
    path("allocations/<slug:code>/file.csv", views.allocations_file, name="allocations_file"),
    path("allocations/<slug:code>/set/", views.set_allocations, name="set_allocations"),
    path("allocations/<slug:code>/upload/", views.upload_allocations, name="upload_allocations"),
    path("allocations/<slug:code>/save/", views.save_allocations, name="save_allocations"),
    path("allocations/<slug:code>/of/<slug:practice>/", views.allocation_history, name="allocation_history"),
    path("my-services/", views.my_services, name="my_services"),
    path("my-services/history/", views.my_services_history, name="my_services_history"),
    path("my-services/answer/", views.answer, name="answer"),
    path("my-services/answered/", views.answered, name="answered"),
]
