# syntax=docker/dockerfile:1
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN /opt/venv/bin/pip install -r requirements.txt -c constraints.txt
COPY manage.py ./
COPY rootfield rootfield
COPY sampling sampling
COPY estimates estimates
# Nothing of this is kept: collecting files only needs the settings to load.
RUN ROOTFIELD_MODE=production SITE_URL=https://build.example ALLOWED_HOSTS=build.example \
    SECRET_KEY=0123456789abcdefghijklmnopqrstuvwxyz-0123456789-to-build \
    DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost:6379/0 \
    /opt/venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app rootfield \
    && install -d -o rootfield -g rootfield /data /metrics
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ROOTFIELD_MODE=production ROOTFIELD_DATA_DIR=/data PROMETHEUS_MULTIPROC_DIR=/metrics \
    MPLCONFIGDIR=/tmp/matplotlib
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
USER rootfield
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen(urllib.request.Request('http://127.0.0.1:8000/health/live', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["gunicorn", "rootfield.wsgi", "--bind=0.0.0.0:8000", "--worker-class=gthread", \
     "--workers=2", "--threads=8", "--timeout=120", "--max-requests=10000", \
     "--max-requests-jitter=1000", "--worker-tmp-dir=/dev/shm"]
