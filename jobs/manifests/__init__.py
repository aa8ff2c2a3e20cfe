"""The cluster's objects, made from config/schedule.yaml: plain dictionaries in, files in openshift/ out.

pods.py          what every pod looks like, whoever starts it
workloads.py     CronJobs, the scheduler, the operator's pod, one-off Jobs
surroundings.py  ServiceAccount, ConfigMap, NetworkPolicy
layout.py        which file holds what; what an environment changes
commands.py      `manifests`
run_job.py       `run-job`
"""
