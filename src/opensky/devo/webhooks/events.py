"""What happens to webhooks."""

from opensky.devo.webhooks.objects import WebhookDelivery, WebhookEndpoint
from opensky.events import declare

WEBHOOK_ATTEMPTED = declare(
    "webhook.attempted",
    "An endpoint was told something, or not: `status` is what it answered (0 for nothing), `error` what went wrong.",
    subject=WebhookDelivery,
    parameters=("attempt", "status", "ms", "error", "answer", "retry_after"),
)
WEBHOOK_DUE = declare(
    "webhook.due",
    "The pause before a further try of a webhook is over.",
    subject=WebhookDelivery,
    parameters=("attempt",),
)
WEBHOOK_DISABLED = declare(
    "webhook.disabled",
    "An endpoint has not taken anything for long, and is told nothing more until somebody looks at it.",
    subject=WebhookEndpoint,
    parameters=("reason",),
)
