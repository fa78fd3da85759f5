# Airflow with linkwatch in it: one image for every service of docker-compose.yml.
FROM python:3.11-slim

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/linkwatch/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/linkwatch/plugins \
    AIRFLOW__CORE__LOAD_EXAMPLES=False \
    GX_ANALYTICS_ENABLED=false \
    LINKWATCH_HOME=/var/lib/linkwatch

WORKDIR /opt/linkwatch

# What changes seldom comes first. Every package is pinned by version and hash; nothing is compiled here.
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --require-hashes -r requirements/runtime.txt

COPY pyproject.toml README.md LICENSE ./
COPY include/ include/
COPY dags/ dags/
COPY plugins/ plugins/
RUN pip install --no-deps --no-build-isolation --editable .

# Named volumes take the owner of the folder that they are first mounted on, so the folders are made here.
RUN useradd --uid 50000 --create-home airflow \
    && mkdir -p /opt/airflow/logs /opt/airflow/auth /var/lib/linkwatch \
    && chown -R airflow /opt/airflow /var/lib/linkwatch
USER airflow

CMD ["airflow", "version"]
