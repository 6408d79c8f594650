from __future__ import annotations

from django.urls import path

from organisations import views

app_name = "organisations"

urlpatterns = [
    path("networks/<slug:code>/", views.network, name="network"),
]
