from django.urls import path

from core import views

urlpatterns = [
    path("apparence/", views.set_theme, name="theme"),
    path("textes/<slug:slug>/", views.site_text, name="site_text"),
    path("composants/", views.components, name="components"),
]
