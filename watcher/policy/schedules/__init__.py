"""Decide when a subscription is due: schedules in local times, cron expressions, quiet hours."""
