from django.urls import path

from core import views

urlpatterns = [
    path("apparence/", views.set_theme, name="theme"),
    path("composants/", views.components, name="components"),
]
