# The image of the jobs: what runs in the cluster, and nothing else. It works as any user id with group 0, with a
# read-only root; /tmp is all it writes to. The sandbox, the tests and the benchmarks stay outside (.dockerignore).
ARG PYTHON=3.12-slim

FROM python:${PYTHON} AS packages
COPY requirements.lock /requirements.lock
RUN python -m venv --without-pip /opt/pay-jobs \
    && python -m pip --python /opt/pay-jobs install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: -r /requirements.lock \
    && /opt/pay-jobs/bin/python -m compileall -q /opt/pay-jobs/lib

FROM python:${PYTHON} AS program
COPY invoke_jobs.py /app/
COPY access/ /app/access/
COPY config/ /app/config/
COPY connectors/ /app/connectors/
COPY console/ /app/console/
COPY database/ /app/database/
COPY diagnosis/ /app/diagnosis/
COPY jobs/ /app/jobs/
COPY tasks/ /app/tasks/
COPY tools/ /app/tools/
RUN python -m compileall -q /app \
    && chmod -R a+rX,go-w /app

FROM python:${PYTHON}
# pip came with the base image and nothing here needs it.
RUN python -m pip uninstall --yes --quiet --root-user-action ignore pip
COPY --from=packages /opt/pay-jobs /opt/pay-jobs
COPY --from=program /app /app
ARG REVISION=""
ENV PATH=/opt/pay-jobs/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PAY_JOBS_BUILD=$REVISION \
    HOME=/tmp
WORKDIR /app
USER 1001:0
EXPOSE 8080
ENTRYPOINT ["python3", "invoke_jobs.py"]
CMD ["--help"]
