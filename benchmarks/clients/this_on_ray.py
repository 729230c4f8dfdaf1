"""This package, with two workers on a local Ray, which is started before it is measured."""

import logging
import os

import ray

from mistralai import Mistral
from mistralai.bulk import Limits, run
from mistralai.bulk.ray import Ray


def begin():
    # The workers are to run beside the driver, so all of them may use each core.
    os.sched_setaffinity(0, range(os.cpu_count()))
    ray.init(
        address="local", include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR
    )


def ask_rows(url, source, target, concurrency):
    client = Mistral(api_key="key", server_url=url)
    limits = Limits(concurrency=concurrency)
    engine = Ray(workers=2)
    return run(client, source, target, defaults={"model": "m"}, limits=limits, engine=engine).done
