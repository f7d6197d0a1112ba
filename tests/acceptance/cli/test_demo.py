"""``demo``: the main job, shown."""

from __future__ import annotations


def test_the_demo_shows_request_answer_and_notification_and_succeeds(run):
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<apns:alert>Test Message - Final</apns:alert>" in done.stdout
    assert "<apns:successful>true</apns:successful>" in done.stdout
    assert '"alert": "Test Message - Final"' in done.stdout
    assert done.stdout.endswith("The notification went through.\n")
