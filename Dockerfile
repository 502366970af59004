# The image of aktar: one process, no root, nothing written but the data folder and the folder of backups.
# Its root file system may be read-only, with a tmpfs at /tmp.

ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS wheel
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements-build.lock ./
# The build backend is locked too, checked by its hash like everything else.
RUN ["pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", "requirements-build.lock"]
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN ["pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", "/wheels", "."]

FROM ${PYTHON_IMAGE} AS install
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN ["python", "-m", "venv", "/opt/aktar"]
COPY requirements.lock ./
RUN ["/opt/aktar/bin/pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock"]
COPY --from=wheel /wheels /wheels
RUN ["/opt/aktar/bin/pip", "install", "--no-deps", "--no-index", "--find-links", "/wheels", "aktar"]

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="aktar" \
      org.opencontainers.image.description="The open, self-hosted transfer-order service" \
      org.opencontainers.image.licenses="Apache-2.0"
# pg_dump, pg_restore and psql, for `aktar backup` and `restore` on PostgreSQL: Debian 12 has those of version 15,
# which dump servers up to 15. For a newer server take an image on a newer Debian.
# hadolint ignore=DL3008 - the distribution keeps one version of it, whose mends are wanted
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin aktar \
    && install --directory --owner aktar --group aktar --mode 0700 /data /backups
COPY --from=install /opt/aktar /opt/aktar
ENV PATH=/opt/aktar/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AKTAR_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME ["/data", "/backups"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# No shell: urlopen raises, and Python leaves with 1, for a refused connection and for a 503 alike.
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=3 \
    CMD ["/opt/aktar/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=5)"]
ENTRYPOINT ["aktar"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
