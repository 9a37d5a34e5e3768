# Two stages: the first builds the environment from the lock, the second holds it and nothing that built it.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project --link-mode=copy
COPY bot ./bot
RUN uv sync --frozen --no-dev --no-editable --link-mode=copy

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home hoidap \
    && mkdir -p /app/var && chown hoidap /app/var
WORKDIR /app
COPY --from=build /app/.venv ./.venv
COPY knowledge ./knowledge
USER 10001
ENV PATH=/app/.venv/bin:$PATH HOIDAP_HOST=0.0.0.0
VOLUME ["/app/var"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["hoidap", "serve"]
