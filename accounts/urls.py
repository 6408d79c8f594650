from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.my_account, name="my_account"),
    path("organisation/", views.choose_organisation, name="choose_organisation"),
]
