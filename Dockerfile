# One image for the web server, the workers, beat and the migrations; docker-compose.yml says which it is.

FROM node:22-slim AS design-system
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim AS packages
COPY requirements/production.txt /build/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/production.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=cqrs_portal.settings.production
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal /var/lib/beat
WORKDIR /srv/portal
COPY --from=packages /opt/venv /opt/venv
COPY . .
# Styles and scripts are collected once, here. The addresses and the secret serve this line only and are not kept.
RUN --mount=type=bind,from=design-system,source=/build/node_modules,target=/tmp/node_modules \
    python -c "from pathlib import Path; from cqrs_portal.launcher.assets import copy_assets; copy_assets(Path('/tmp/node_modules'), Path('assets'))" \
 && SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" ALLOWED_HOSTS=build.invalid \
    DATABASE_URL=postgresql://build.invalid/none REDIS_URL=redis://build.invalid/0 \
    python manage.py collectstatic --noinput \
 && python -m compileall -q .
USER portal
EXPOSE 8000
CMD ["gunicorn", "cqrs_portal.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
