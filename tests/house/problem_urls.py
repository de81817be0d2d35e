"""Addresses that go wrong in every way, for the tests of the error answers."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError
from django.http import HttpResponse
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from rootfield.urls import handler400, handler403, handler404, handler500
from sampling.errors import DeviceBusy

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ERRORS = {
    "busy": DeviceBusy(retry_after_s=3),
    "forbidden": PermissionDenied("Only the steward may."),
    "suspicious": SuspiciousOperation("odd"),
    "big": RequestDataTooBig("big"),
    "unstorable": DataError("bad"),
    "model": ModelValidationError({"depth_cm": ModelValidationError("Too deep.", code="deep")}),
    "row": ModelValidationError("Contradicts itself."),
    "teapot": type("Teapot", (exceptions.APIException,), {"status_code": 418})("Short and stout."),
    "throttled": exceptions.Throttled(wait=7),
    "unexpected": ZeroDivisionError("nobody expected this"),
}


class LayerSerializer(serializers.Serializer):
    upper_depth_cm = serializers.FloatField(min_value=0)


class CoreSerializer(serializers.Serializer):
    code = serializers.CharField()
    layers = LayerSerializer(many=True)

    def validate(self, attrs):
        if attrs["code"] == "RF-WRONG":
            raise serializers.ValidationError("The check character does not fit.", code="check")
        return attrs


class CoresView(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    def post(self, request):
        CoreSerializer(data=request.data).is_valid(raise_exception=True)
        return Response({})


class RaisingView(APIView):
    permission_classes = (AllowAny,)

    def get(self, request, name):
        raise ERRORS[name]


class MembersView(APIView):
    permission_classes = (IsAuthenticated,)

    def get(self, request):
        return Response({})


class UndeclaredView(APIView):
    def get(self, request):
        return Response({})


def raising(request, name):
    raise ERRORS[name]


def form(request):
    return HttpResponse("stored")


urlpatterns = [
    path("api/cores", CoresView.as_view()),
    path("api/raise/<name>", RaisingView.as_view()),
    path("api/members", MembersView.as_view()),
    path("api/undeclared", UndeclaredView.as_view()),
    path("raise/<name>", raising),
    path("form", form),
]
