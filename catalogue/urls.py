from __future__ import annotations

from django.urls import path

from catalogue import views

app_name = "catalogue"

urlpatterns = [
    path("", views.services, name="services"),
    path("<slug:code>/versions/<int:number>/", views.version, name="version"),
    path("versions/<int:version_id>/release/", views.propose_release, name="propose_release"),
    path("versions/<int:version_id>/confirm/", views.confirm_release, name="confirm_release"),
]
