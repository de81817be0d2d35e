"""Every address of the site, by door."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from rootfield import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("sync/v1/", include("sampling.sync.urls")),
    path("api/v1/lab/", include("sampling.lab.urls")),
    path("api/v1/", include("sampling.api.urls")),
    path("api/v1/", include("estimates.api.urls")),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", include("sampling.web.urls")),
    path("", include("estimates.web.urls")),
]

handler400 = "rootfield.problems.bad_request"
handler403 = "rootfield.problems.permission_denied"
handler404 = "rootfield.problems.page_not_found"
handler500 = "rootfield.problems.server_error"
