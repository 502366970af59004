# The image of aktar: one process, no root, nothing written but the data folder.

ARG PYTHON_VERSION=3.11

FROM python:${PYTHON_VERSION}-slim AS wheel
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements-build.lock ./
# The build backend is locked too, checked by its hash like everything else.
RUN pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:${PYTHON_VERSION}-slim AS install
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN ["python", "-m", "venv", "/opt/aktar"]
COPY requirements.lock ./
RUN ["/opt/aktar/bin/pip", "install", "--require-hashes", "--only-binary", ":all:", "-r", "requirements.lock"]
COPY --from=wheel /wheels /wheels
RUN ["/opt/aktar/bin/pip", "install", "--no-deps", "--no-index", "--find-links", "/wheels", "aktar"]

FROM python:${PYTHON_VERSION}-slim
LABEL org.opencontainers.image.title="aktar" \
      org.opencontainers.image.description="The open, self-hosted transfer-order service" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin aktar \
    && install --directory --owner aktar --group aktar --mode 0700 /data
COPY --from=install /opt/aktar /opt/aktar
ENV PATH=/opt/aktar/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AKTAR_DATA_DIR=/data
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8000
STOPSIGNAL SIGTERM
# No shell: urlopen raises, and Python leaves with 1, for a refused connection and for a 503 alike.
HEALTHCHECK --interval=15s --timeout=6s --start-period=20s --retries=3 \
    CMD ["/opt/aktar/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=5)"]
ENTRYPOINT ["aktar"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
