"""The jobs of data protection."""

from datetime import UTC, datetime
from uuid import UUID

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job

from api_gateway import jobs
from api_gateway.data_protection import erasing, exporting, forgetting, retention, service

LONGEST_PAUSE_S = 600


class Unending(BaseRetryStrategy):
    """3, 9, 27 … seconds, at most ten minutes, for ever: an erasure that was promised is not given up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """After `Wait` when it says."""
        if isinstance(exception, jobs.Wait):
            return RetryDecision(retry_in={"seconds": max(1, round(exception.seconds))})
        return RetryDecision(retry_in={"seconds": min(LONGEST_PAUSE_S, 3 ** min(job.attempts + 1, 6))})


@jobs.app.task(name=service.EXPORT, pass_context=True, retry=jobs.BackOff())
async def export_person(context: JobContext, *, organization_id: str, export_id: str) -> None:
    """Put a person's data into two files."""
    is_last = context.job.attempts + 1 >= jobs.MOST_ATTEMPTS
    await exporting.export(jobs.resources_of(context), UUID(organization_id), UUID(export_id), is_last=is_last)


@jobs.app.task(name=service.ERASE, pass_context=True, retry=Unending())
async def erase_person(context: JobContext, *, organization_id: str, erasure_id: str) -> None:
    """Erase a person here."""
    await erasing.erase(jobs.resources_of(context), UUID(organization_id), UUID(erasure_id))


@jobs.app.task(name=service.FORGET, pass_context=True, retry=jobs.BackOff())
async def forget_at_vendor(context: JobContext, *, organization_id: str, erasure_id: str, vendor: str) -> None:
    """Have one vendor forget a person."""
    is_last = context.job.attempts + 1 >= jobs.MOST_ATTEMPTS
    await forgetting.forget(
        jobs.resources_of(context), UUID(organization_id), UUID(erasure_id), vendor, is_last=is_last
    )


@jobs.app.task(name=service.ACT, pass_context=True, retry=jobs.BackOff())
async def act_on_retention_report(context: JobContext, *, organization_id: str, report_id: str) -> None:
    """Erase those of an approved report who are still due."""
    await retention.act(jobs.resources_of(context), UUID(organization_id), UUID(report_id))


@jobs.app.periodic(cron="20 3 * * *")
@jobs.app.task(name="keep_data_protection", pass_context=True, queueing_lock="keep_data_protection")
async def keep_data_protection(context: JobContext, timestamp: int) -> None:
    """Every night: the retention clock, vendors that have not answered, exports whose time is up."""
    shared, now = jobs.resources_of(context), datetime.fromtimestamp(timestamp, UTC)
    await retention.run(shared, now)
    await forgetting.take_up(shared, now)
    await exporting.remove_old(shared, now)
