from __future__ import annotations

from django.urls import path

from participation import views

app_name = "participation"

urlpatterns = [
    path("offered/", views.offered_services, name="offered_services"),
    path("offered/<slug:code>/", views.offered_service, name="offered_service"),
    path("offered/<slug:code>/end-date/", views.save_end_date, name="save_end_date"),
    path("create-offers/", views.create_offers, name="create_offers"),
    path("create-offers/made/", views.offers_made, name="offers_made"),
    path("my-services/", views.my_services, name="my_services"),
]
